import { expect, test } from 'vitest'
import { MINUTE, SECOND } from '../../src/model/time.ts'
import { createMetrics } from '../../src/report/metrics/registry.ts'
import { createDelays } from '../../src/runtime/delays.ts'

const AT = Date.UTC(2026, 2, 2)

/** The delays that a scrape at this time would see, by source. */
async function scrapedBy(run: (delays: ReturnType<typeof createDelays>) => void) {
  const metrics = createMetrics({ version: '0.1.0' })
  const delays = createDelays(metrics, (source) => (source === 'gone' ? null : SECOND))
  run(delays)
  const text = await metrics.text()
  return Object.fromEntries(
    [...text.matchAll(/^assay_watermark_delay_seconds\{source="(\w+)"\} (\S+)$/gm)].map(([, source, value]) => [
      source,
      Number(value),
    ]),
  )
}

const open = { at: AT, complete: false }

test('a delay grows from scrape to scrape while nothing is judged', async () => {
  const hanging = await scrapedBy((delays) => {
    delays.moved(new Map([['web', open]]))
    delays.tell(AT + 3 * SECOND)
    delays.tell(AT + 10 * MINUTE)
  })
  expect(hanging).toEqual({ web: 600 })
})

test('neither a finished archive nor a source that was taken away is late', async () => {
  const known = new Map([
    ['web', open],
    ['archive', { at: AT, complete: true }],
    ['gone', open],
  ])
  const seen = await scrapedBy((delays) => {
    delays.moved(known)
    delays.tell(AT + MINUTE)
  })
  expect(seen).toEqual({ web: 60 })
})

test('who no longer judges tells nothing', async () => {
  const seen = await scrapedBy((delays) => {
    delays.moved(new Map([['web', open]]))
    delays.tell(AT + MINUTE)
    delays.forget()
    delays.tell(AT + 2 * MINUTE)
  })
  expect(seen).toEqual({})
})
