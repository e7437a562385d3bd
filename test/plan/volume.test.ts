import { afterEach, describe, expect, it } from 'vitest'
import { lint } from '../../src/cli/lint.ts'
import { readConfiguration } from '../../src/cli/project.ts'
import { iso } from '../../src/model/time.ts'
import { type TestProject, testProject } from '../cli/project.ts'

let project: TestProject = testProject()
afterEach(() => project.remove())

function made(volume: string, files: Readonly<Record<string, string>> = {}) {
  project.remove()
  project = testProject({
    'rules/assay.yaml': `version: 1\ntimezone: Europe/Berlin\nsources: [{ id: web, type: http }]\nvolume:\n${volume}`,
    ...files,
  })
  return readConfiguration('rules/assay.yaml', { cwd: project.path, env: {} })
}

const spans = (volume: string, files: Readonly<Record<string, string>> = {}) => {
  const { plan, problems } = made(volume, files)
  if (plan === null) throw new Error(JSON.stringify(problems))
  const show = (at: number) => iso(at).slice(0, 16)
  return {
    holidays: (plan.volume?.holidays ?? []).map(({ from, to, name }) => [show(from), show(to), name]),
    known: plan.volume?.known ?? [],
  }
}

const complaints = (volume: string, files: Readonly<Record<string, string>> = {}) =>
  made(volume, files).problems.map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`)

const ICAL = [
  'BEGIN:VCALENDAR',
  'BEGIN:VEVENT',
  'DTSTART;VALUE=DATE:20261003',
  'DTEND;VALUE=DATE:20261004',
  'SUMMARY:Tag der Deutschen',
  '  Einheit',
  'END:VEVENT',
  'BEGIN:VEVENT',
  'DTSTART;VALUE=DATE:20201225',
  'DTEND;VALUE=DATE:20201227',
  'RRULE:FREQ=YEARLY',
  'SUMMARY:Weihnachten',
  'END:VEVENT',
  'BEGIN:VEVENT',
  'DTSTART:20261101T090000Z',
  'SUMMARY:Stand-up',
  'END:VEVENT',
  'END:VCALENDAR',
  '',
].join('\r\n')

describe('volume in assay.yaml', () => {
  it('has holidays in the workspace’s zone: dates, spans, and every year', () => {
    const { holidays } = spans(
      '  holidays: [2026-12-25, { date: 2026-03-29, name: Easter }, { from: 2026-10-24, to: 2026-10-25 }]\n',
    )
    expect(holidays).toEqual([
      ['2026-12-24T23:00', '2026-12-25T23:00', null],
      // The clocks change that night, and in October.
      ['2026-03-28T23:00', '2026-03-29T22:00', 'Easter'],
      ['2026-10-23T22:00', '2026-10-25T23:00', null],
    ])
    const yearly = spans('  holidays: [{ from: 12-31, to: 01-01 }]\n').holidays
    expect(yearly).toContainEqual(['2026-12-30T23:00', '2027-01-01T23:00', null])
    expect(spans('  holidays: [02-29]\n').holidays.map(([from]) => from)).toContain('2028-02-28T23:00')
    expect(spans('  holidays: [02-29]\n').holidays.map(([from]) => from)).not.toContain('2026-02-28T23:00')
  })

  it('reads a calendar, and says what it passes over', () => {
    const { holidays } = spans('  holidays: [{ ical: rules/holidays.ics }]\n', { 'rules/holidays.ics': ICAL })
    expect(holidays[0]).toEqual(['2026-10-02T22:00', '2026-10-03T22:00', 'Tag der Deutschen Einheit'])
    expect(holidays).toContainEqual(['2027-12-24T23:00', '2027-12-26T23:00', 'Weihnachten'])
    expect(complaints('  holidays: [{ ical: rules/holidays.ics }]\n', { 'rules/holidays.ics': ICAL })).toContain(
      'rules/holidays.ics:14:1 the event has a time of day, but neither DTEND nor DURATION: how long it lasts isn’t known',
    )
  })

  it('passes over days of a calendar that there are not', () => {
    const event = (start: string) => `BEGIN:VEVENT\nDTSTART;VALUE=DATE:${start}\nRRULE:FREQ=YEARLY\nEND:VEVENT\n`
    const files = { 'rules/holidays.ics': `${event('20261399')}${event('20270230')}${event('20261225')}` }
    expect(complaints('  holidays: [{ ical: rules/holidays.ics }]\n', files)).toEqual([
      'rules/holidays.ics:1:1 its DTSTART is no date and no time',
      'rules/holidays.ics:5:1 its DTSTART is no date and no time',
    ])
  })

  it('knows incidents, backfills and launches of an event, a domain, or all', () => {
    const { known } = spans(
      `  known:
    - { kind: incident, from: 2026-11-03T10:00, to: 2026-11-03T16:00, event: Order Completed, note: web was down }
    - { kind: backfill, from: 2026-11-04, to: 2026-11-05, domain: checkout }
    - { kind: launch, from: "2026-11-06T00:00:00Z", to: "2026-11-13T00:00:00+01:00" }\n`,
    )
    expect(
      known.map(({ kind, from, to, events, note }) => [
        kind,
        iso(from),
        iso(to),
        events === null ? null : [...events],
        note,
      ]),
    ).toEqual([
      ['incident', '2026-11-03T09:00:00.000Z', '2026-11-03T15:00:00.000Z', ['Order Completed'], 'web was down'],
      ['backfill', '2026-11-03T23:00:00.000Z', '2026-11-04T23:00:00.000Z', ['Order Completed'], null],
      ['launch', '2026-11-06T00:00:00.000Z', '2026-11-12T23:00:00.000Z', null, null],
    ])
  })

  it('takes the week after a release, and whatever is planned, as it comes', () => {
    const contract = (more: string) => ({
      'rules/domains/checkout/events/new.yaml': `event: New\n${more}\nversions: [{ version: 1, schema: { type: object } }]\n`,
    })
    const released = spans('  false_alarms_per_week: 1\n', contract('released: 2026-11-20')).known
    expect(released).toMatchObject([{ kind: 'launch', from: 0, to: Date.UTC(2026, 10, 26, 23) }])
    const planned = spans('  false_alarms_per_week: 1\n', contract('status: planned')).known
    expect(planned).toMatchObject([{ kind: 'launch', from: 0, to: Number.MAX_SAFE_INTEGER }])
  })

  it.each([
    ['  holiday: [2026-12-25]\n', '5:3 unknown key "holiday" in volume: did you mean "holidays"?'],
    [
      '  holidays: [2026-02-30]\n',
      '5:14 volume.holidays[0] must be a date such as 2026-12-25, or 12-25 for every year',
    ],
    ['  holidays: [{ from: 2026-12-26, to: 2026-12-24 }]\n', '5:38 lies before "from" (2026-12-26): swap them'],
    [
      '  holidays: [{ from: 12-24, to: 2026-12-26 }]\n',
      '5:33 must have a year where "from" has one, and none where it has none',
    ],
    [
      '  holidays: [{ ical: rules/none.ics }]\n',
      '5:22 there is no file "rules/none.ics" that can be read: paths start in the project\'s folder',
    ],
    [
      '  known: [{ kind: lunch, from: 2026-11-03, to: 2026-11-04 }]\n',
      '5:19 volume.known[0].kind is "lunch": did you mean "launch"?',
    ],
    [
      '  known: [{ kind: incident, from: 2026-11-03T10:00, to: 2026-11-03T09:00 }]\n',
      '5:57 must lie after "from" (2026-11-03T10:00)',
    ],
    [
      '  known: [{ kind: incident, from: yesterday, to: 2026-11-03 }]\n',
      '5:35 volume.known[0].from must be a time such as 2026-11-03T10:00, in the workspace’s zone unless an offset follows',
    ],
    [
      '  known: [{ kind: incident, from: 2026-11-03T25:00, to: 2026-11-05 }]\n',
      '5:35 volume.known[0].from must be a time such as 2026-11-03T10:00, in the workspace’s zone unless an offset follows',
    ],
    [
      '  known: [{ kind: incident, from: 2026-11-03, to: 2026-11-04, event: Order Complete }]\n',
      '5:70 there is no event "Order Complete": did you mean "Order Completed"?',
    ],
    [
      '  known: [{ kind: incident, from: 2026-11-03, to: 2026-11-04, domain: chekout }]\n',
      '5:71 there is no domain "chekout": did you mean "checkout"?',
    ],
    [
      '  known: [{ kind: incident, from: 2026-11-03, to: 2026-11-04, domain: checkout, event: Order Completed }]\n',
      '5:88 volume.known[0].event stands beside another: name an event, a table or a domain, or none of them for all',
    ],
  ])('says where it is wrong: %s', (volume, expected) => {
    expect(complaints(volume)[0]).toEqual(`rules/assay.yaml:${expected}`)
  })

  it('lints clean with all of it', async () => {
    made('  false_alarms_per_week: 2\n  holidays: [2026-12-25]\n')
    const { code } = await project.run((io) => lint({ config: 'rules/assay.yaml', json: false }, io))
    expect(code).toBe(0)
  })
})
