import { readMonth } from '../report/scorecard/month.ts'
import type { ServeDeps, ServedScorecard } from './deps.ts'
import { HttpProblem } from './problems.ts'

/** The scorecard of a month as a path names it. Throws a problem for what is no month, and for one of which nothing is known. */
export async function scorecardFor({ plan, scorecard }: ServeDeps, name: string): Promise<ServedScorecard> {
  if (readMonth(name, plan().timezone) === null) {
    throw new HttpProblem(400, 'Bad month', `"${name.slice(0, 40)}" is not a month like 2026-10.`, {
      month: name.slice(0, 40),
    })
  }
  const found = await scorecard(name)
  if (found === null) {
    throw new HttpProblem(
      404,
      'No data',
      `Nothing is known of ${name}: it has not begun, or lies before all that is stored.`,
      { month: name },
    )
  }
  return found
}
