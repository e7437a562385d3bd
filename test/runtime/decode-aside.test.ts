import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readProject } from '../../src/config/load.ts'
import { type RecordBatch, readBatch } from '../../src/observe/aside/batch.ts'
import type { DecodingAside } from '../../src/observe/aside/aside.ts'
import { createEarlyCheck, type Judged } from '../../src/observe/check/early.ts'
import { createDecoder } from '../../src/observe/decode/decode.ts'
import { parsePayload } from '../../src/observe/decode/parse.ts'
import { compilePlan } from '../../src/plan/compile.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { createDecodeAside } from '../../src/runtime/decode-aside.ts'
import { createLog } from '../../src/runtime/log.ts'
import { call } from '../observe/sources/file/archive.ts'
import { hostilePayload } from '../support/hostile.ts'
import { writeProject } from '../support/project.ts'
import { seeded } from '../support/random.ts'
import { until } from '../support/until.ts'

const FORMAT = { type: 'segment' } as const
const MANY = 1_000

function compiled(config: string): Plan {
  const { plan } = compilePlan(readProject(config).project, new Map(), true)
  if (plan === null) throw new Error('the configuration is not sound')
  return plan
}

/** Of the flawless records some keep their payload as a sample: which ones depends on what was read before. */
function withoutSample({ decoded, judged }: Judged): Judged {
  const isFlawless = judged?.outcome === 'valid' && [...judged.unfilled, ...judged.unplannedProperties].length === 0
  return decoded.ok && isFlawless
    ? { decoded: { ...decoded, body: null, envelope: null }, judged }
    : { decoded, judged }
}

function recordsOf(batch: RecordBatch): Judged[] {
  const cursor = readBatch(batch)
  const records: Judged[] = []
  while (cursor.next()) records.push(withoutSample(cursor.record()))
  return records
}

describe('decoding beside the thread that counts', () => {
  let project: ReturnType<typeof writeProject>
  let plan: Plan
  let said: string[]
  let aside: DecodingAside
  beforeEach(() => {
    project = writeProject({})
    plan = compiled(project.config)
    said = []
    const log = createLog((line) => said.push(line), false)
    aside = createDecodeAside({
      id: 'stream',
      config: project.config,
      format: FORMAT,
      plan: () => plan,
      log,
      processors: 2,
    })
  })
  afterEach(() => {
    aside.close()
    project.remove()
  })

  const started = () => until('the thread to have started', () => aside.wants(MANY))

  it('isn’t begun for small batches, nor for large ones now and then', () => {
    for (let batch = 0; batch < 20; batch++) expect(aside.wants(100)).toBe(false)
    for (let batch = 0; batch < 4; batch++) expect(aside.wants(MANY)).toBe(false)
  })

  it('gives the same records as decoding here, whatever they are', async () => {
    const random = seeded(11)
    const good = (n: number) => call(n / 200, `id-${n}`).replace('"properties":{}', '"properties":{"order_id":"o"}')
    const payloads = Array.from({ length: 3_000 }, (_, n) => {
      if (n % 5 === 1)
        return Buffer.from(call(n / 200, n % 2 === 0 ? '' : `bad\u2028${n}`, n % 3 === 0 ? 'Other' : undefined))
      if (n % 11 === 3) return Buffer.from(hostilePayload(random))
      return Buffer.from(n % 301 === 4 ? '' : good(n))
    })
    const decode = createDecoder(FORMAT)
    const early = createEarlyCheck(() => plan)
    const here = payloads.map((payload) => {
      const parsed = parsePayload(payload)
      return withoutSample(early(parsed.ok ? decode(parsed.value, null) : parsed))
    })
    await started()
    const [first, second] = await Promise.all([
      aside.decode(payloads.slice(0, 1_000)),
      aside.decode(payloads.slice(1_000)),
    ])
    expect([first, second].flatMap((batch) => (batch === null ? [] : recordsOf(batch)))).toEqual(here)
  }, 30_000)

  it('leaves what was judged by an earlier plan to be judged again, and then goes on by the new one', async () => {
    await started()
    const under = aside.decode([Buffer.from(call(1, 'a'))])
    writeFileSync(
      join(project.root, 'rules/domains/checkout/events/signup.yaml'),
      'event: Signup\nversions:\n  - version: 1\n    schema: { type: object }\n',
    )
    plan = compiled(project.config)
    expect(await under).toBe(null)
    expect(aside.wants(MANY)).toBe(false)
    await started()
    const batch = await aside.decode([Buffer.from(call(1, 'a', 'Signup'))])
    expect(batch === null ? null : recordsOf(batch)[0]?.judged?.outcome).toBe('valid')
  }, 30_000)

  it('is given up with a word where the files aren’t those of the plan in force', async () => {
    writeFileSync(join(project.root, 'rules/domains/checkout/slos.yaml'), 'slos: []\n')
    await until('a word', () => {
      aside.wants(MANY)
      return said.length > 0
    })
    expect(said.join()).toContain('was changed while it was being read')
    for (let batch = 0; batch < 20; batch++) expect(aside.wants(MANY)).toBe(false)
    expect(said).toHaveLength(1)
  }, 30_000)

  it('gives up what was under way when it is closed', async () => {
    await started()
    const under = aside.decode(Array.from({ length: 5_000 }, (_, n) => Buffer.from(call(1, `${n}`))))
    aside.close()
    expect(await under).toBe(null)
    expect(await aside.decode([Buffer.from('{}')])).toBe(null)
  }, 30_000)
})
