import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { showSlo } from '../../src/cli/slo.ts'
import { type TestProject, testProject } from './project.ts'

const START = Date.UTC(2026, 0, 5, 7)
/** One in ten minutes for two hours: six an hour. */
const SIX_AN_HOUR = Array.from({ length: 120 }, (_, index) => ({ received: index % 10 === 0 ? 1 : 0 }))

let bare: TestProject
let filled: TestProject
const show = (project: TestProject, name: string, json = false) =>
  project.run((io) => showSlo({ name, json, config: 'rules/assay.yaml' }, io))

beforeAll(async () => {
  bare = testProject()
  filled = testProject()
  await filled.fill(START, SIX_AN_HOUR)
})
afterAll(() => {
  bare.remove()
  filled.remove()
})

describe('slo', () => {
  it('says what it promises, what it has seen and what its rows mean at its real traffic', async () => {
    const { code, out } = await show(filled, 'order-validity')
    expect(code).toBe(0)
    expect(out).toContain('99 % of records keep their contract, over 30d')
    expect(out).toContain('1 %, about 43 records in 30d at its traffic')
    expect(out).toContain('100 % of 12, insufficient_data (too_few_records)')
    expect(out).toContain('12 records counted in the last 2 h, 6 an hour')
    expect(out).toMatch(/^page +14\.4 +1h and 5m +> 14\.4 % +3 bad of 6 in 1h +30 min$/m)
    expect(out).toContain('at 6 an hour, if every record is bad, this pages after 30m')
    expect(out).toContain('2 bad records never fire')
    expect(out).not.toContain('made up')
  })

  it('counts minutes where the SLI does', async () => {
    const { out } = await show(filled, 'order-freshness')
    expect(out).toContain('1 %, 7 h 12 min of 30d')
    expect(out).toMatch(/^page +14\.4 +1h and 5m +> 14\.4 % +9 bad minutes in 1h +9 min$/m)
  })

  it('works without a store, and says at what traffic', async () => {
    const { code, out } = await show(bare, 'order-validity')
    expect(code).toBe(0)
    expect(out).toContain('There is no store at')
    expect(out).toContain('What follows is for traffic that is made up.')
    for (const rate of [600, 60, 6]) expect(out).toContain(`At ${rate} records an hour:`)
  })

  it('prints the same as JSON', async () => {
    expect(JSON.parse((await show(filled, 'order-validity', true)).out)).toMatchObject({
      schema_version: 1,
      name: 'order-validity',
      objective: 0.99,
      window: '30d',
      verdict: { good: 12, total: 12, outcome: 'insufficient_data' },
      records_per_hour: 6,
      note: null,
      sights: [
        { records_per_hour: 6, page_after_seconds: 1_800, rows: [{ threshold: 14.4, least_bad: 3 }, {}, {}, {}] },
      ],
    })
    expect(JSON.parse((await show(bare, 'order-validity', true)).out)).toMatchObject({
      verdict: null,
      sights: [{}, {}, {}],
    })
  })

  it('asks whether another name was meant', async () => {
    expect(await show(bare, 'order-validty')).toMatchObject({
      code: 2,
      err: expect.stringContaining('did you mean "order-validity"?'),
    })
    expect(await show(bare, 'checkout')).toMatchObject({
      code: 2,
      err: expect.stringContaining('order-freshness, order-validity'),
    })
  })
})
