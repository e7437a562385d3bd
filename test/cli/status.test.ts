import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runProgram } from '../../src/cli/program.ts'
import { status } from '../../src/cli/status.ts'
import { HOUR, MINUTE } from '../../src/model/time.ts'
import { type TestProject, testProject } from './project.ts'

const START = Date.UTC(2026, 0, 5, 7)
/** Ten a minute for three hours; in the last twenty minutes six of ten are bad. */
const MINUTES = Array.from({ length: 180 }, (_, index) => ({ received: 10, invalid: index >= 160 ? 6 : 0 }))
const NOW = START + 3 * HOUR + 42_000

let project: TestProject
const ask = (name: string | null, json = false) =>
  project.run((io) => status({ name, json, config: 'rules/assay.yaml' }, io), { now: () => NOW })

beforeAll(async () => {
  project = testProject()
  await project.fill(START, MINUTES)
})
afterAll(() => project.remove())

describe('status', () => {
  it('shows how far sources are behind, what SLOs are worth and what is open', async () => {
    const { code, out } = await ask(null)
    expect(code).toBe(0)
    expect(out).toMatch(/^web +http +Mon 5 Jan 10:00 UTC +42 s$/m)
    // 120 of 1,800 are bad; the last hour's 120 of 600 burn 20 times the 1 % that is allowed.
    expect(out).toMatch(/^order-validity +violated +93\.3 % of 1,800 +99 % +-566\.7 % +20 +page$/m)
    expect(out).toMatch(/^order-freshness +met +100 % of 180 min +99 % +100 % +0$/m)
    expect(out).toContain('1 open incident')
    expect(out).toMatch(/page +Order Completed \(checkout\) +inc_/)
  })

  it('prints the whole as JSON', async () => {
    const document = JSON.parse((await ask(null, true)).out)
    expect(document).toMatchObject({
      schema_version: 1,
      judged_until: '2026-01-05T10:00:00.000Z',
      sources: [{ id: 'web', watermark: '2026-01-05T10:00:00.000Z', behind_seconds: 42, complete: false }],
      slos: [{ name: 'order-freshness' }, { name: 'order-validity', good: 1680, total: 1800, firing: 'page' }],
      incidents: [{ domain: 'checkout', slos: ['order-validity'], severity: 'page' }],
    })
  })

  it('says of an SLO why each row fires or doesn’t, by the judge’s own numbers', async () => {
    const { rows, sight, firing } = JSON.parse((await ask('order-validity', true)).out).slos[0]
    expect(firing).toBe('page')
    expect(rows).toMatchObject([
      {
        threshold: 14.4,
        limit: 0.144,
        long: { window: '1h', bad: 120, total: 600 },
        short: { window: '5m', bad: 30, total: 50, ratio: 0.6 },
        firing: true,
        misses: [],
      },
      {
        threshold: 6,
        limit: 0.06,
        long: { window: '6h', bad: 120, total: 1800 },
        short: { window: '30m', bad: 120, total: 300 },
        firing: false,
        misses: ['long_window_within'],
      },
      { threshold: 3, firing: true },
      { threshold: 1, firing: true },
    ])
    expect(sight).toMatchObject({ records_per_hour: 600, page_after_seconds: 11 * 60 })
    const { out } = await ask('order-validity')
    expect(out).toContain(
      'page at burn 14.4: more than 14.4 % bad, both in the last 1h and in the last 5m\n  fires. The last 1h has 120 bad of 600 (20 %), of which 16.5 % is beyond doubt: more than 14.4 %. The last 5m has 30 bad of 50 (60 %): more than 14.4 %.',
    )
    expect(out).toContain(
      'doesn’t fire. The last 6h has 120 bad of 1,800 (6.7 %), of which 5.4 % is beyond doubt: not more than 6 %.',
    )
    expect(out).toContain('at 10 a minute, if every record is bad, this pages after 11m')
  })

  it('says of time slices how many minutes were bad', async () => {
    const { out } = await ask('order-freshness')
    expect(out).toContain(
      'doesn’t fire. The last 1h has 0 bad minutes (60 of 60 counted), 0 % of it: not more than 14.4 %.',
    )
  })

  it.each([
    ['Order Completed', 'event'],
    ['order-completed', 'event'],
    ['checkout', 'domain'],
  ])('shows the SLOs of %s', async (name, kind) => {
    const document = JSON.parse((await ask(name, true)).out)
    expect(document).toMatchObject({ kind, slos: [{ name: 'order-freshness' }, { name: 'order-validity' }] })
    expect((await ask(name)).out).toContain('order-validity')
  })

  it('asks whether another name was meant', async () => {
    expect(await ask('order-validty')).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('did you mean "order-validity"?'),
    })
  })

  it('knows a rule that too few bad records can’t make true', async () => {
    const quiet = testProject()
    await quiet.fill(
      START,
      Array.from({ length: 120 }, (_, index) => ({
        received: index % 20 === 19 ? 1 : 0,
        invalid: index >= 80 && index % 20 === 19 ? 1 : 0,
      })),
    )
    const { out } = await quiet.run((io) =>
      status({ name: 'order-validity', json: false, config: 'rules/assay.yaml' }, io),
    )
    expect(out).toContain(
      'The last 1h has 2 bad of 3: fewer than 3 bad records never fire. The last 5m has 1 bad of 1 (100 %): more than 14.4 %.',
    )
    quiet.remove()
  })

  it('says in a sentence that there is no store yet, with exit code 3', async () => {
    const bare = testProject()
    expect(await bare.run((io) => runProgram(['status'], io))).toMatchObject({
      code: 3,
      out: '',
      err: expect.stringMatching(/^assay: There is no store at .*\n$/),
    })
    const run = () => bare.run((io) => status({ name: null, json: false, config: 'rules/assay.yaml' }, io))
    await expect(run()).rejects.toThrow(expect.objectContaining({ name: 'Failure', code: 'store_missing' }))
    bare.write(
      'rules/assay.yaml',
      'version: 1\nstore: { type: sqlite, path: ":memory:" }\nsources: [{ id: web, type: http }]\n',
    )
    await expect(run()).rejects.toThrow('in the memory of the running Assay')
    bare.write('rules/assay.yaml', 'version: 1\nobjectve: 3\n')
    expect(await run()).toMatchObject({ code: 2, err: expect.stringContaining('rules/assay.yaml:2:1') })
    bare.remove()
  })
})

describe('what a row is held to', () => {
  it('is clipped where the last incident resolved', async () => {
    const calm = testProject()
    const minutes = Array.from({ length: 240 }, (_, index) => ({
      received: 10,
      invalid: index >= 60 && index < 80 ? 6 : 0,
    }))
    await calm.fill(START, minutes)
    const { out } = await calm.run((io) =>
      status({ name: 'order-validity', json: true, config: 'rules/assay.yaml' }, io),
    )
    const { slos, incidents } = JSON.parse(out)
    expect(incidents).toEqual([])
    // What lies before the resolve is out of the rows, not of the ratio.
    expect(slos[0]).toMatchObject({
      good: 2280,
      total: 2400,
      rows: [{ long: { bad: 0 } }, { long: { bad: 0 } }, { long: { bad: 0 } }, { long: { bad: 0 } }],
    })
    const minutesSince = (START + 240 * MINUTE - Date.parse(slos[0].clipped_at)) / MINUTE
    expect(slos[0].rows[2].long.total).toBe(10 * minutesSince)
    expect(minutesSince).toBeLessThan(160)
    expect(slos[0].at).toBe(new Date(START + 240 * MINUTE).toISOString())
    calm.remove()
  })
})
