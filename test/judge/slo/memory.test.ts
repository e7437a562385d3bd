import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { createStanding } from '../../../src/judge/slo/standing.ts'
import { MINUTE } from '../../../src/model/time.ts'
import type { SliKind } from '../../../src/model/sli.ts'
import { emptyCounts } from '../../../src/model/window.ts'
import { sloPlan } from '../../support/slo-plan.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const START = Date.UTC(2026, 0, 5)
const MINUTES = 100_000

it.each(['freshness', 'volume', 'validity'] satisfies SliKind[])(
  'a %s SLO holds no more memory after ten weeks than after one minute',
  (kind) => {
    const standing = createStanding(sloPlan({ kind, minTotal: 0, maxAge: kind === 'freshness' ? MINUTE : null }), START)
    collect()
    const before = process.memoryUsage().heapUsed
    for (let minute = 0; minute < MINUTES; minute++) {
      const start = START + minute * MINUTE
      standing.setMinute('web', start, { ...emptyCounts(), received: 1, lastArrival: start + 1 })
      standing.judge({ observed: true, observedFrom: START, notEvaluated: null })
    }
    collect()
    // Remembering one instant a minute would be 8 MB.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(2_000_000)
    expect(standing.at()).toBe(START + MINUTES * MINUTE)
  },
)
