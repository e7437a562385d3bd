import { objectivePercent } from '../alert/figures.ts'
import type { Standing } from '../serve/standing.ts'
import type { Paint } from './printable.ts'
import { budgetWords, burnWords, outcomeWords, ratioWords } from './slo-words.ts'
import { table } from './table.ts'

const COLUMNS = [
  { title: 'SLO' },
  { title: 'OUTCOME' },
  { title: 'RATIO', right: true },
  { title: 'OBJECTIVE', right: true },
  { title: 'BUDGET LEFT', right: true },
  { title: 'BURN 1H', right: true },
  { title: 'FIRING' },
]

/** SLOs with what they are worth now. */
export function sloTable(standings: readonly Standing[], paint: Paint): string {
  if (standings.length === 0) return 'There is no SLO.\n'
  const rows = standings.map(({ slo, verdict }) => [
    slo.name,
    outcomeWords(verdict, paint),
    ratioWords(verdict),
    objectivePercent(slo.objective),
    budgetWords(verdict),
    burnWords(verdict.burn['1h']),
    verdict.firing === null ? '' : paint('red', verdict.firing),
  ])
  return table(COLUMNS, rows)
}
