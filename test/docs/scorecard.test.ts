import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { SliKind } from '../../src/model/sli.ts'
import { eventTrust, FORMULA, keptShare, scoreOf, WORTH } from '../../src/report/scorecard/trust.ts'
import { REPOSITORY } from '../support/assay-command.ts'

const text = readFileSync(join(REPOSITORY, 'docs', 'scorecard.md'), 'utf8')
const rows = [
  ...text.matchAll(
    /^\| ([^|]+) \| (\w+) \| (\d+) \| (\d+) \| (\d+) \| ([\d.]+) % \| ([\d.]+) % \| ([\d.]+) \| ([\d.]+) \|$/gm,
  ),
]
const [, month = '', down = ''] = /has ([\d,]+) minutes; Assay was down in (\d+) of them/.exec(text) ?? []
const minutes = Number(month.replace(',', ''))
const unobserved = Number(down)

describe('the worked example of docs/scorecard.md', () => {
  const promises = rows.map(([, event = '', kind = '', good, total, minTotal, objective, known, kept, points]) => {
    const seen = {
      good: Number(good),
      total: Number(total),
      minTotal: Number(minTotal),
      objective: Number((Number(objective) / 100).toFixed(8)),
      minutes,
      unobserved,
    }
    return { event, kind: kind as SliKind, seen, said: { known, kept, points } }
  })

  it('is read', () => expect([promises.length, minutes, unobserved]).toEqual([4, 44_640, 60]))

  it.each(promises)('$event, $kind', ({ kind, seen, said }) => {
    const known = (seen.good / Math.max(seen.total, seen.minTotal)) * (1 - unobserved / minutes)
    const kept = keptShare(seen)
    expect({
      known: (known * 100).toFixed(3),
      kept: kept.toFixed(4),
      points: (kept * (WORTH[kind] ?? 0)).toFixed(2),
    }).toEqual(said)
  })

  it('ends with the score', () => {
    const events = [...Map.groupBy(promises, ({ event }) => event).values()].map((own) =>
      eventTrust(own.map(({ kind, seen }) => ({ kind, kept: keptShare(seen) }))),
    )
    const [, sum = '', score = ''] = /= ([\d.]+), rounded down: \*\*(\d+)\*\*/.exec(text) ?? []
    expect(String(scoreOf(events))).toBe(score)
    expect((((events[0] ?? 0) + (events[1] ?? 0)) * 50).toFixed(2)).toBe(sum)
  })

  it('names the same points as the formula that is printed with each card', () => {
    const points = Object.entries(WORTH)
      .map(([kind, worth]) => `${kind} ${worth}`)
      .join(', ')
    expect(FORMULA[0]).toContain(points)
    expect(text).toContain(points)
  })
})
