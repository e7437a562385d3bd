import { truncateSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readProject } from '../../src/config/load.ts'
import type { ArrivedRecord } from '../../src/model/record.ts'
import { createEarlyCheck } from '../../src/observe/check/early.ts'
import type { ReadingThread } from '../../src/observe/sources/file/reading-thread.ts'
import { recordsHere } from '../../src/observe/sources/file/records.ts'
import { createDecoder } from '../../src/observe/decode/decode.ts'
import { compilePlan } from '../../src/plan/compile.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { isWorthThread, startReadingThread } from '../../src/runtime/read-archive.ts'
import { call, put, sourceOf } from '../observe/sources/file/archive.ts'
import { hostilePayload } from '../support/hostile.ts'
import { writeProject } from '../support/project.ts'
import { seeded } from '../support/random.ts'

const FORMAT = { type: 'segment' } as const

/**
 * What a record says, without what its reader keeps beside it. Of the flawless records some keep their payload as a sample: which ones
 * depends on what was read before.
 */
function said({ partition, position, arrivedAt, decoded, judged = null }: ArrivedRecord): ArrivedRecord {
  const isFlawless = judged?.outcome === 'valid' && [...judged.unfilled, ...judged.unplannedProperties].length === 0
  const kept = decoded.ok && isFlawless ? { ...decoded, body: null, envelope: null } : decoded
  return { partition, position, arrivedAt, decoded: kept, judged }
}

describe('a thread that reads an archive', () => {
  let project: ReturnType<typeof writeProject>
  let plan: Plan
  let thread: ReadingThread
  beforeEach(() => {
    project = writeProject({})
    const compiled = compilePlan(readProject(project.config).project, new Map(), true).plan
    if (compiled === null) throw new Error('the configuration is not sound')
    plan = compiled
    thread = startReadingThread(
      { config: project.config, planHash: plan.hash, format: FORMAT },
      createEarlyCheck(() => plan),
    )
  })
  afterEach(async () => {
    await thread.close()
    project.remove()
  })

  async function recordsOf(path: string, openRecords: ReadingThread['openRecords']): Promise<ArrivedRecord[]> {
    const records: ArrivedRecord[] = []
    const source = sourceOf(project.root, [path], { openRecords })
    for await (const batch of source.read(new Map(), new AbortController().signal)) {
      records.push(...batch.records.map(said))
    }
    if (source.state().state === 'failing') throw new Error(source.state().detail)
    return records
  }
  const here = (path: string) =>
    recordsOf(
      path,
      recordsHere(
        createDecoder(FORMAT),
        createEarlyCheck(() => plan),
      ),
    )
  const there = (path: string) => recordsOf(path, thread.openRecords)

  it('gives the same records as reading here, whatever they are', async () => {
    const random = seeded(7)
    const good = (n: number) => call(n / 200, `id-${n}`).replace('"properties":{}', '"properties":{"order_id":"o"}')
    const lines = Array.from({ length: 6_000 }, (_, n): Uint8Array | string => {
      if (n % 5 === 1) return call(n / 200, n % 2 === 0 ? '' : `bad\u2028${n}`, n % 3 === 0 ? 'Unknown' : undefined)
      if (n % 97 === 2) return call(null, `undated-${n}`)
      if (n % 11 === 3) return hostilePayload(random)
      if (n % 301 === 4) return ''
      return good(n)
    })
    const bytes = Buffer.concat(lines.flatMap((line) => [Buffer.from(line), Buffer.from('\n')]))
    put(project.root, 'data/mixed.ndjson', bytes)
    put(project.root, 'data/mixed.gz', gzipSync(bytes))
    for (const path of ['data/mixed.ndjson', 'data/mixed.gz']) {
      const expected = await here(path)
      expect(expected.length).toBeGreaterThan(5_000)
      expect(await there(path)).toEqual(expected)
    }
  })

  it('reads several files side by side in one order', async () => {
    for (const [index, name] of ['a', 'b', 'c'].entries()) {
      const lines = Array.from({ length: 3_000 }, (_, n) => call((3 * n + index) / 500, `${name}${n}`))
      put(project.root, `many/${name}.ndjson.gz`, gzipSync(lines.join('\n')))
    }
    const expected = await here('many/*.gz')
    expect(expected).toHaveLength(9_000)
    expect(await there('many/*.gz')).toEqual(expected)
  })

  it('quarantines where an archive breaks off', async () => {
    const lines = Array.from({ length: 20_000 }, (_, n) => call(n / 1_000, `r${n}`))
    put(project.root, 'broken.ndjson.gz', gzipSync(lines.join('\n')))
    truncateSync(join(project.root, 'broken.ndjson.gz'), 60_000)
    const records = await there('broken.ndjson.gz')
    expect(records).toEqual(await here('broken.ndjson.gz'))
    expect(records.at(-1)?.decoded).toMatchObject({ ok: false, reason: 'truncated' })
  })

  it('says what is wrong with a file', async () => {
    await expect(
      thread
        .openRecords(join(project.root, 'gone.ndjson'), {
          gzipped: false,
          offset: 0,
          line: 0,
          isFinished: () => true,
          chunk: 1,
        })
        .then((records) => records.more()),
    ).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('fails where the configuration has changed since', async () => {
    await thread.close()
    thread = startReadingThread(
      { config: project.config, planHash: 'another', format: FORMAT },
      createEarlyCheck(() => plan),
    )
    put(project.root, 'a.ndjson', call(0, 'a'))
    await expect(there('a.ndjson')).rejects.toThrow('was changed while it was being read')
  })

  it('is worth it for large archives only', () => {
    put(project.root, 'small.ndjson', 'x')
    put(project.root, 'large.ndjson', Buffer.alloc(9 * 1024 * 1024, 'x'))
    expect(isWorthThread([join(project.root, 'small.ndjson')])).toBe(false)
    expect(isWorthThread([join(project.root, 'small.ndjson'), join(project.root, 'large.ndjson')])).toBe(true)
  })
})
