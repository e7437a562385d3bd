import { join } from 'node:path'
import { MessageChannel } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { createEarlyCheck } from '../../../../src/observe/check/early.ts'
import { createDecoder } from '../../../../src/observe/decode/decode.ts'
import type { RecordBatch } from '../../../../src/observe/aside/batch.ts'
import { serveRecords } from '../../../../src/observe/sources/file/reading-thread.ts'
import { contractVersion, planWith } from '../../../support/contract.ts'
import { temporaryFolder } from '../../../support/temporary.ts'
import { until } from '../../../support/until.ts'
import { call, put } from './archive.ts'

const MEBIBYTE = 1024 * 1024

it.each([
  [
    'keep their payload, since no contract has their event',
    (n: number) => call(n, `id-${n}`, 'x'.repeat(MEBIBYTE - 1_000)),
  ],
  ['have an id as long as a line may be', (n: number) => call(n, `${n}${'x'.repeat(MEBIBYTE - 1_000)}`)],
])('lines of a megabyte that %s go over a few at once, however many there are', async (_, line) => {
  const folder = temporaryFolder()
  const { port1, port2 } = new MessageChannel()
  try {
    put(folder.path, 'long.ndjson', Array.from({ length: 24 }, (_line, n) => `${line(n)}\n`).join(''))
    const plan = planWith({ 'Order Completed': [contractVersion({ type: 'object' })] })
    serveRecords(
      port1,
      createDecoder({ type: 'segment' }),
      createEarlyCheck(() => plan, Number.POSITIVE_INFINITY),
    )
    const answers: { type: string; batch: RecordBatch }[] = []
    port2.on('message', (answer) => answers.push(answer))
    const from = { gzipped: false, offset: 0, line: 0, chunk: 64 * 1024 }
    port2.postMessage({ type: 'open', file: 1, path: join(folder.path, 'long.ndjson'), from })
    for (let more = 0; more < 30; more += 1) port2.postMessage({ type: 'more', file: 1 })
    await until('its end', () => answers.some(({ type }) => type !== 'records'))
    expect(answers.filter(({ type }) => type === 'failed')).toEqual([])
    const sizes = answers.flatMap(({ type, batch }) => (type === 'records' ? [batch.whole.length / 3] : []))
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(24)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(6)
  } finally {
    port2.postMessage({ type: 'close', file: 1 })
    port2.close()
    folder.remove()
  }
})
