import { afterEach, describe, expect, it } from 'vitest'
import type { Plan } from '../../../src/plan/plan.ts'
import { createEvaluateLoop } from '../../../src/runtime/evaluate-loop.ts'
import type { Log } from '../../../src/runtime/log.ts'
import { NO_ROUTES } from '../../support/evaluator.ts'
import { at, type VolumeProject, volumeProject } from './project.ts'

const EVENT = 'Order Completed'

let project: VolumeProject
afterEach(() => project.close())

/** Runs the daemon's evaluate loop until all that there is has been judged; answers what it said about the detector's state. */
async function judged(plan: Plan, holder: string): Promise<readonly string[]> {
  const said: string[] = []
  const say = (fields: object | string, text?: string): void => {
    if (typeof fields === 'object' && 'why' in fields) said.push(`${String(fields.why)}: ${text}`)
  }
  const log = { debug: say, info: say, warn: say, error: say } as unknown as Log
  const stop = new AbortController()
  const loop = createEvaluateLoop({
    db: project.db,
    holder,
    plan: () => plan,
    routes: () => NO_ROUTES,
    publicUrl: null,
    now: () => at(0),
    log,
    onRound: async () => undefined,
    onLead: () => undefined,
  })
  const running = loop.run(stop.signal)
  await loop.settled()
  stop.abort()
  await running
  return said
}

describe('the loop that judges', () => {
  it('hands the detector’s state on to whoever leads next, and says why where it can’t', async () => {
    project = await volumeProject([EVENT])
    const hours = Array.from({ length: 30 }, (_, hour) => ({ minute: at(hour), counts: { received: 100 } }))
    await project.arrive(EVENT, hours)
    expect(await judged(project.plan, 'first')).toEqual([])
    const generation = async () =>
      (await project.db.all<{ generation: number }>('select distinct generation from volume_state'))[0]?.generation
    expect(await generation()).toBe(1)
    expect(await judged(project.plan, 'second')).toEqual([])
    // Nothing new came: nothing is written.
    expect(await generation()).toBe(1)
    const other = project.planWith('volume: { false_alarms_per_week: 2 }\n')
    expect(await judged(other, 'third')).toEqual([
      'other_plan: the plan says something else of what the volume detector has learnt from than when its state was stored: it learns again from the hours that are kept',
    ])
    expect(await generation()).toBe(2)
    expect(await judged(other, 'fourth')).toEqual([])
    await project.db.run("update volume_state set bytes = x'00'")
    expect(await judged(other, 'fifth')).toEqual([expect.stringMatching(/^broken: .*damaged/)])
    expect(await generation()).toBe(3)
  })
})
