import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { floorTo, type Instant, isPlausibleArrival, MINUTE } from '../../../../src/model/time.ts'
import type { MergeLimits } from '../../../../src/observe/sources/file/merge.ts'
import type { SourceBatch } from '../../../../src/observe/sources/source.ts'
import { temporaryFolder } from '../../../support/temporary.ts'
import { call, commit, emptyStore, put, sourceOf, toldOf } from './archive.ts'
import { THOROUGH } from '../../../support/thorough.ts'

const folder = temporaryFolder()
afterAll(folder.remove)

/** Lines that mostly move on, with strays up to 12 minutes off and bad ones of each kind. */
const line = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('call' as const), step: fc.integer({ min: 0, max: 90 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('stray' as const), step: fc.integer({ min: -720, max: 120 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('silent', 'bad', 'blank', 'old' as const), step: fc.constant(0) }),
  },
)
const file = fc.record({
  gzipped: fc.boolean(),
  start: fc.integer({ min: 0, max: 30 }),
  lines: fc.array(line, { maxLength: 60 }),
})
const archive = fc.array(file, { minLength: 1, maxLength: 4 })
const limits = fc.record({ records: fc.integer({ min: 1, max: 20 }), held: fc.constantFrom(3, 10, 1_000) })

type Archive = typeof archive extends fc.Arbitrary<infer Files> ? Files : never

function write(files: Archive): string {
  const root = folder.file('d')
  for (const [number, { gzipped, start, lines }] of files.entries()) {
    let at = start
    const texts = lines.map(({ kind, step }, index) => {
      const id = `${number}.${index}`
      if (kind === 'call') at += step / 60
      if (kind === 'blank') return ''
      if (kind === 'bad') return '{"type":'
      if (kind === 'old') return call(-1e9, id)
      return call(kind === 'silent' ? null : kind === 'stray' ? at + step / 60 : at, id)
    })
    put(root, `${number}.${gzipped ? 'gz' : 'ndjson'}`, texts.join('\n'))
  }
  return root
}

interface Seen {
  readonly told: ReturnType<typeof toldOf>
  readonly afterJudging: Instant | null
  readonly observedUntil: Instant | null
  readonly complete: boolean
}

/** Reads an archive whose reader dies after these many batches, again and again; every second time before the last is stored. */
async function readWith(root: string, limits: Partial<MergeLimits>, deaths: readonly number[]): Promise<Seen[]> {
  const stored = emptyStore()
  const seen: Seen[] = []
  for (const [death, lives] of [...deaths, Number.POSITIVE_INFINITY].entries()) {
    let batches = 0
    let isDead = false
    const source = sourceOf(root, ['*'], { limits })
    for await (const batch of source.read(new Map(stored.positions), new AbortController().signal)) {
      batches += 1
      isDead = batches > lives
      if (isDead && death % 2 === 1) break
      commit(stored, batch)
      seen.push(seenOf(batch, stored))
      if (isDead) break
    }
    if (!isDead) break
  }
  return seen
}

function seenOf(
  batch: SourceBatch,
  { observedUntil, complete }: { observedUntil: Instant | null; complete: boolean },
): Seen {
  return { told: toldOf(batch), afterJudging: batch.afterJudging, observedUntil, complete }
}

/** How many records of each minute were counted when it was judged: as soon as it can be, or only when it must. */
function judged(seen: readonly Seen[], eagerly: boolean): Map<Instant, number> {
  const counts = new Map<Instant, number>()
  const verdicts = new Map<Instant, number>()
  const first = Math.min(
    ...seen.flatMap(({ told }) =>
      told.flatMap(({ arrivedAt }) => (plausible(arrivedAt) ? [floorTo(arrivedAt, MINUTE)] : [])),
    ),
  )
  let next = first
  const judge = (until: Instant | null) => {
    for (; Number.isFinite(next) && until !== null && next + MINUTE <= until; next += MINUTE) {
      verdicts.set(next, counts.get(next) ?? 0)
    }
  }
  let known: Instant | null = null
  for (const { told, afterJudging, observedUntil } of seen) {
    if (afterJudging !== null) {
      expect(afterJudging).toBeLessThanOrEqual(known ?? Number.NEGATIVE_INFINITY)
      judge(known)
    }
    for (const { arrivedAt } of told) {
      if (plausible(arrivedAt))
        counts.set(floorTo(arrivedAt, MINUTE), (counts.get(floorTo(arrivedAt, MINUTE)) ?? 0) + 1)
    }
    known = observedUntil
    if (eagerly) judge(known)
  }
  judge(known)
  return verdicts
}

function plausible(at: Instant | null): at is Instant {
  return at !== null && isPlausibleArrival(at)
}

describe('a reader that dies', () => {
  it('goes on as if it hadn’t, batch for batch', async () => {
    const deaths = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(archive, limits, deaths, async (files, limits, deaths) => {
        const root = write(files)
        const whole = await readWith(root, limits, [])
        const lines = files.flatMap(({ lines }) => lines.filter(({ kind }) => kind !== 'blank'))
        expect(whole.flatMap(({ told }) => told)).toHaveLength(lines.length)
        expect(new Set(whole.flatMap(({ told }) => told.map(({ at }) => at))).size).toBe(lines.length)
        expect(await readWith(root, limits, deaths)).toEqual(whole)
      }),
      { numRuns: THOROUGH ? 200 : 25 },
    )
  })
})

describe('the verdict of a minute', () => {
  it('rests on the same records whatever the batches and whenever it is given', async () => {
    await fc.assert(
      fc.asyncProperty(archive, limits, async (files, limits) => {
        const root = write(files)
        const whole = await readWith(root, { held: 1_000_000 }, [])
        const cut = await readWith(root, limits, [])
        const expected = judged(whole, true)
        expect(judged(whole, false)).toEqual(expected)
        expect(judged(cut, true)).toEqual(expected)
        expect(judged(cut, false)).toEqual(expected)
      }),
      { numRuns: THOROUGH ? 200 : 25 },
    )
  })
})
