import { describe, expect, it } from 'vitest'
import { loadProject } from '../../src/config/load.ts'
import { DAY, HOUR, MINUTE } from '../../src/model/time.ts'
import { compilePlan } from '../../src/plan/compile.ts'
import { type Files, linted, planned, SOUND, writeProject } from '../support/project.ts'

const ASSAY = 'rules/assay.yaml'
const DOMAIN = 'rules/domains/checkout/domain.yaml'
const EVENT = 'rules/domains/checkout/events/order_completed.yaml'
const SLOS = 'rules/domains/checkout/slos.yaml'
const ROUTES = 'alerts/routes.yaml'

const slo = (sli: string, rest = 'objective: 99', name = 'a') =>
  `slos:\n  - { name: ${name}, sli: { ${sli} }, ${rest} }\n`
const contract = (event: string, schema = '{ type: object }', more = '') =>
  `event: ${event}\n${more}versions: [{ version: 1, schema: ${schema} }]\n`

/** Lines that must be said, and no others. */
const cases: Record<string, { given: Files; then: readonly string[] }> = {
  'an SLO on no event': {
    given: { [SLOS]: slo('kind: validity, event: Order Complete') },
    then: [`${SLOS}:2:46: no contract has the event "Order Complete": did you mean "Order Completed"?`],
  },
  'an SLO on no source': {
    given: { [SLOS]: slo('kind: validity, event: Order Completed, source: wbe') },
    then: [`${SLOS}:2:71: there is no source "wbe": did you mean "web"?`],
  },
  'a route to no receiver': {
    given: { [ROUTES]: 'receivers: [{ name: screen, console: {} }]\nroutes: [{ to: [scren] }]\n' },
    then: [`${ROUTES}:2:17: there is no receiver "scren": did you mean "screen"?`],
  },
  'a scorecard to no receiver': {
    given: {
      [ROUTES]: 'receivers: [{ name: screen, console: {} }]\nroutes: [{ to: [screen] }]\nscorecard: { to: scren }\n',
    },
    then: [`${ROUTES}:3:18: there is no receiver "scren": did you mean "screen"?`],
  },
  'a scorecard that would page': {
    given: {
      [ROUTES]:
        'receivers: [{ name: pd, pagerduty: { routing_key: { env: K } } }, { name: screen, console: {} }]\nroutes: [{ to: [pd] }]\nscorecard: { to: [screen, pd] }\n',
    },
    then: [`${ROUTES}:3:27: "pd" is PagerDuty, and a scorecard is no page: name a Slack, webhook or console receiver`],
  },
  'a scorecard of a month that is gone before it is final': {
    given: {
      [ASSAY]: 'version: 1\nretention: { hours: 31d }\nsources:\n  - { id: web, type: http }\n',
      [ROUTES]: 'receivers: [{ name: screen, console: {} }]\nroutes: [{ to: [screen] }]\nscorecard: { to: screen }\n',
    },
    then: [
      `${ASSAY}:2:21: warning: hours are kept for 31d, less than the 35d until a month's scorecard is final: what is gone counts as unobserved`,
    ],
  },
  'minutes that are gone before a day is judged': {
    given: { [ASSAY]: 'version: 1\nretention: { minutes: 12h }\nsources:\n  - { id: web, type: http }\n' },
    then: [
      `${ASSAY}:2:23: warning: minutes are kept for 12h, less than 48h: after a restart, burn windows that reach further back are judged by what is left`,
    ],
  },
  'a scorecard at no time': {
    given: {
      [ROUTES]:
        'receivers: [{ name: screen, console: {} }]\nroutes: [{ to: [screen] }]\nscorecard: { to: screen, schedule: 0 9 1 13 * }\n',
    },
    then: [
      `${ROUTES}:3:36: scorecard.schedule is no cron line (13 is a invalid expression for month): write for example "*/5 * * * *"`,
    ],
  },
  'routes that match on nothing': {
    given: {
      [ROUTES]: `receivers: [{ name: screen, console: {} }]
routes:
  - { match: { domain: chekout, severity: [page, tickt] }, to: [screen] }
  - { match: { slo: orders-vald }, to: [screen] }
`,
    },
    then: [
      `${ROUTES}:3:24: there is no domain "chekout": did you mean "checkout"?`,
      `${ROUTES}:3:50: there is no severity "tickt": did you mean "ticket"?`,
      `${ROUTES}:4:21: warning: there is no slo "orders-vald": did you mean "orders-valid"?`,
    ],
  },
  'a route that nothing reaches': {
    given: {
      [ROUTES]:
        'receivers: [{ name: screen, console: {} }]\nroutes:\n  - { to: [screen] }\n  - { match: { severity: page }, to: [screen] }\n',
    },
    then: [`${ROUTES}:3:5: warning: this route matches everything: those after it are never reached`],
  },
  'names that stand twice': {
    given: {
      [ASSAY]: 'version: 1\nsources:\n  - { id: web, type: http }\n  - { id: web, type: demo }\n',
      [SLOS]:
        'slos:\n  - { name: a, sli: { kind: validity, event: Order Completed }, objective: 99 }\n  - { name: a, sli: { kind: uniqueness, event: Order Completed }, objective: 99 }\n',
      [ROUTES]: 'receivers:\n  - { name: s, console: {} }\n  - { name: s, console: {} }\nroutes: [{ to: [s] }]\n',
      'rules/domains/checkout/events/z.yaml': contract('Order Completed'),
    },
    then: [
      `${ROUTES}:3:13: the receiver "s" stands twice: give each its own name`,
      `${ASSAY}:4:11: the source "web" stands twice: give each its own id`,
      `rules/domains/checkout/events/z.yaml:1:8: the event "Order Completed" has a contract already, at ${EVENT}:1: keep one, with several versions`,
      `${SLOS}:3:13: the SLO "a" stands twice: give each its own name`,
    ],
  },
  'a domain in a folder of another name': {
    given: { [DOMAIN]: 'domain: chekout\nowner: { team: payments }\n' },
    then: [`${DOMAIN}:1:9: the folder is called "checkout", this says "chekout": make them the same`],
  },
  'objectives that are no percentages': {
    given: {
      [SLOS]: `slos:
  - { name: a, sli: { kind: validity, event: Order Completed }, objective: 0.999 }
  - { name: b, sli: { kind: validity, event: Order Completed }, objective: 100 }
  - { name: c, sli: { kind: validity, event: Order Completed }, objective: -1 }
  - { name: d, sli: { kind: validity, event: Order Completed }, objective: 1 }
`,
    },
    then: [
      `${SLOS}:2:76: objective is 0.999 %, since objectives are written in percent: did you mean 99.9?`,
      `${SLOS}:3:76: objective leaves no error budget: a single bad record would break it for the whole window; write 99.99, or what you can live with`,
      `${SLOS}:4:76: objective must lie between 0 and 100: it is a percentage`,
      `${SLOS}:5:76: objective is 1 %, since objectives are written in percent: did you mean 99?`,
    ],
  },
  'windows that are too short or longer than what is kept': {
    given: {
      [SLOS]: `slos:
  - { name: a, sli: { kind: validity, event: Order Completed }, objective: 99, window: 10m }
  - { name: b, sli: { kind: validity, event: Order Completed }, objective: 99, window: 365d }
`,
    },
    then: [
      `${SLOS}:2:88: a window of 10m is shorter than any burn can be seen in: write 1h or more, usually 30d`,
      `${SLOS}:3:76: warning: at an objective of 99 % rows can't fire: page at burn 175.2 over 1h would need more than every record to be bad; left out`,
      `${SLOS}:3:88: a window of 365d is longer than hours are kept (100d): shorten it, or raise retention.hours in assay.yaml`,
    ],
  },
  'rows that cannot fire': {
    given: { [SLOS]: slo('kind: validity, event: Order Completed', 'objective: 90') },
    then: [
      `${SLOS}:2:76: warning: at an objective of 90 % rows can't fire: page at burn 14.4 over 1h would need more than every record to be bad; left out`,
    ],
  },
  'parameters that are missing, and that mean nothing': {
    given: {
      [SLOS]: `slos:
  - { name: a, sli: { kind: freshness, event: Order Completed }, objective: 99 }
  - { name: b, sli: { kind: validity, event: Order Completed, max_delay: 1h }, objective: 99 }
  - { name: c, sli: { kind: validity, event: Order Completed, active: { from: "08:00", to: "08:00" } }, objective: 99 }
`,
    },
    then: [
      `${SLOS}:2:21: freshness needs max_age, for example max_age: 30m`,
      `${SLOS}:3:63: max_delay means nothing to validity: leave it out`,
      `${SLOS}:4:71: these hours end where they begin: no minute would count`,
    ],
  },
  'two measures of lateness for the same records': {
    given: {
      [SLOS]: `slos:
  - { name: a, sli: { kind: timeliness, event: Order Completed, max_delay: 1h }, objective: 99 }
  - { name: b, sli: { kind: timeliness, event: Order Completed, max_delay: 2h, source: web }, objective: 99 }
`,
    },
    then: [
      `${SLOS}:3:76: "a" holds the same records to another max_delay: use one, or name a source of its own in each`,
    ],
  },
  'runbooks that are nowhere, or not below alerts': {
    given: {
      [SLOS]: `slos:
  - { name: a, sli: { kind: validity, event: Order Completed }, objective: 99, runbook: runbooks/none.md }
  - { name: b, sli: { kind: validity, event: Order Completed }, objective: 99, runbook: ../../etc/passwd }
  - { name: c, sli: { kind: validity, event: Order Completed }, objective: 99, runbook: /etc/passwd }
`,
    },
    then: [
      `${SLOS}:2:89: warning: there is no file alerts/runbooks/none.md: whoever is woken will look for it`,
      `${SLOS}:3:89: a runbook lies below alerts/: write its path from there, without ".."`,
      `${SLOS}:4:89: a runbook lies below alerts/: write its path from there, without ".."`,
    ],
  },
  'a runbook that an SLO gets without asking': {
    given: {
      'alerts/runbooks/schema-violations.md': 'Look.',
      [SLOS]: `slos:
  - { name: a, sli: { kind: validity, event: Order Completed }, objective: 99 }
  - { name: b, sli: { kind: uniqueness, event: Order Completed }, objective: 99 }
  - { name: c, sli: { kind: uniqueness, event: Order Completed, source: web }, objective: 99 }
`,
    },
    then: [
      `${SLOS}:3:5: warning: there is no file alerts/runbooks/duplicates.md, which every SLO of kind uniqueness links to: write it, or set runbook`,
    ],
  },
  'a door that is left open': {
    given: { [ASSAY]: 'version: 1\nhttp: { host: 0.0.0.0 }\nsources: [{ id: web, type: http }]\n' },
    then: [
      `${ASSAY}:2:15: 0.0.0.0 can be reached from other machines: set http.token: { env: ASSAY_TOKEN }, or listen on 127.0.0.1`,
    ],
  },
  'a door with a lock': {
    given: { [ASSAY]: 'version: 1\nhttp: { host: "::", token: { env: T } }\nsources: [{ id: web, type: http }]\n' },
    then: [],
  },
  'versions of a contract': {
    given: {
      [EVENT]: `event: Order Completed
versions:
  - { version: 1, schema: {} }
  - { version: 1, schema: {}, applies_from: { app_version: "four" } }
  - { version: 3, schema: { $schema: "https://example.org/mine" } }
`,
    },
    then: [
      `${EVENT}:4:16: version 1 stands twice: give each its own number`,
      `${EVENT}:4:60: "four" is no range of versions: write for example ">=4.2.0"`,
      `${EVENT}:5:38: this dialect of JSON Schema is not known: use https://json-schema.org/draft/2020-12/schema or http://json-schema.org/draft-07/schema#`,
    ],
  },
  'schemas that are none': {
    given: {
      [EVENT]: contract('Order Completed', '{ type: objct, properties: { a: { minLength: x, $ref: "#/no" } } }'),
    },
    then: [
      `${EVENT}:2:42: not valid JSON Schema: /type is not one of array, boolean, integer, null, number, object, string`,
      `${EVENT}:2:79: not valid JSON Schema: /properties/a/minLength is string instead of integer`,
      `${EVENT}:2:88: the reference "#/no" names nothing in this schema`,
    ],
  },
  'a pattern that RE2 cannot take': {
    given: { [EVENT]: contract('Order Completed', "{ properties: { a: { pattern: '(a)\\1' } } }") },
    then: [
      expect.stringMatching(
        /^rules\/domains\/checkout\/events\/order_completed\.yaml:2:64: warning: the pattern ".+" can't be matched in linear time \(.+\): it is not checked$/,
      ),
    ],
  },
}

describe('putting a configuration together', () => {
  it.each(Object.entries(cases))('%s', (_name, { given, then }) => {
    expect(linted(given).lines).toEqual(then)
  })

  it('spells out the defaults of a domain', () => {
    const plan = planned({
      [DOMAIN]: `domain: checkout
owner: { team: payments, slack: "#pay" }
tier: P2
defaults:
  slos: { validity: 99.5, completeness: 99, freshness: { max_age: 30m, objective: 99, window: 7d, severity: info }, volume: { objective: 99 } }
`,
      [SLOS]: slo('kind: completeness, event: Order Completed', 'objective: 95, window: 28d', 'mine'),
      'rules/domains/checkout/events/cart.yaml': contract('Cart Viewed', '{}', 'status: planned\n'),
      'rules/domains/checkout/events/old.yaml': contract('oldThing', '{}', 'status: deprecated\nowner: legacy\n'),
    })
    expect(plan.slos.map(({ name, isDefault }) => `${name}${isDefault ? '' : ' (own)'}`)).toEqual([
      'mine (own)',
      'old-thing-completeness',
      'old-thing-validity',
      'order-completed-freshness',
      'order-completed-validity',
      'order-completed-volume',
    ])
    const [freshness] = plan.slos.filter(({ kind }) => kind === 'freshness')
    expect(freshness).toMatchObject({
      domain: 'checkout',
      event: 'Order Completed',
      source: null,
      objective: 0.99,
      window: 7 * DAY,
      severity: 'info',
      minTotal: 0,
      maxAge: 30 * MINUTE,
      runbook: 'runbooks/freshness.md',
    })
    const [validity] = plan.slos.filter(({ name }) => name === 'order-completed-validity')
    expect(validity).toMatchObject({ objective: 0.995, window: 30 * DAY, severity: 'ticket', minTotal: 20 })
    expect(validity?.rows).toEqual([
      { severity: 'page', threshold: 14.4, long: HOUR, short: 5 * MINUTE },
      { severity: 'page', threshold: 6, long: 6 * HOUR, short: 30 * MINUTE },
      { severity: 'ticket', threshold: 3, long: DAY, short: 2 * HOUR },
      { severity: 'ticket', threshold: 1, long: 3 * DAY, short: 6 * HOUR },
    ])
    expect(plan.events.get('oldThing')?.owner).toBe('legacy')
    expect(plan.events.get('Order Completed')?.owner).toBe('payments')
  })

  it('reads hours and days of an SLO', () => {
    const active = 'active: { days: [mon, sun], from: "22:00", to: "06:30" }'
    const { slos } = planned({
      [ASSAY]: 'version: 1\ntimezone: Europe/Berlin\n',
      [SLOS]: slo(`kind: freshness, event: Order Completed, max_age: 2h, ${active}`),
    })
    expect(slos[0]?.active).toEqual({ days: [1, 0], from: 22 * 60, to: 6 * 60 + 30, timezone: 'Europe/Berlin' })
    const everyDay = planned({ [SLOS]: slo('kind: volume, event: Order Completed, active: { days: [fri] }') }).slos[0]
    expect(everyDay?.active).toEqual({ days: [5], from: 0, to: 24 * 60, timezone: 'UTC' })
  })

  it('knows what each version watches, plans for and keeps private', () => {
    const plan = planned({
      [EVENT]: `event: Order Completed
important: [cart_id, { property: coupon, fill: 20 }]
destinations: [{ table: main.orders, key: id }, { dashboard: Revenue }]
versions:
  - version: 2
    schema:
      required: [order_id]
      allOf: [{ $ref: "#/$defs/base" }]
      properties:
        order_id: { type: string }
        email: { type: string, x-pii: email }
        customer: { properties: { phone/no: { x-pii: phone } } }
        lines: { items: { properties: { note: { x-pii: true } } } }
      patternProperties: { "^utm_": {} }
      $defs: { base: { required: [currency], properties: { currency: { x-pii: false } } } }
  - version: 1
    schema: { additionalProperties: { type: string } }
`,
    })
    const event = plan.events.get('Order Completed')
    const [first, second] = event?.versions ?? []
    expect([first?.version, second?.version]).toEqual([1, 2])
    expect(second?.watched).toEqual(['cart_id', 'currency', 'order_id'])
    expect(second?.goals).toEqual([{ property: 'coupon', fill: 20 }])
    expect([...(second?.known ?? [])].sort()).toEqual(['currency', 'customer', 'email', 'lines', 'order_id'])
    expect(['utm_source', 'other'].map((name) => second?.covers(name))).toEqual([true, false])
    expect(first?.covers('other')).toBe(true)
    expect(Object.fromEntries(second?.pii ?? [])).toEqual({
      '/email': 'email',
      '/customer/phone~1no': 'phone',
      '/lines/*/note': 'private',
    })
    expect(event?.destinations).toEqual([
      { kind: 'table', name: 'main.orders', key: 'id' },
      { kind: 'dashboard', name: 'Revenue', key: null },
    ])
  })

  it('notes on the event what is not checked', () => {
    const plan = planned({ [EVENT]: contract('Order Completed', "{ properties: { a: { pattern: '(?=a)' } } }") })
    expect(plan.events.get('Order Completed')?.notes).toEqual([
      expect.stringMatching(/^version 1: the pattern "\(\?=a\)" can't be matched/),
    ])
  })

  it('gives two names of the same words slugs of their own', () => {
    const plan = planned({ 'rules/domains/checkout/events/other.yaml': contract('order_completed') })
    expect([...plan.events.values()].map(({ name, slug }) => [name, slug])).toEqual([
      ['Order Completed', 'order-completed'],
      ['order_completed', 'order-completed-2'],
    ])
  })

  it('has the same hash for the same files and another for any change', () => {
    const { hash } = planned({})
    expect(planned({}).hash).toBe(hash)
    expect(hash).toMatch(/^[0-9a-f]{64}$/)
    const hashes = [
      planned({ [ASSAY]: `${SOUND[ASSAY]}environment: staging\n` }).hash,
      planned({ [SLOS]: slo('kind: validity, event: Order Completed', 'objective: 99.8') }).hash,
      planned({ [ROUTES]: null }).hash,
      planned({ [EVENT]: null, [SLOS]: null, 'rules/domains/checkout/events/renamed.yaml': SOUND[EVENT] ?? '' }).hash,
    ]
    expect(new Set([hash, ...hashes]).size).toBe(5)
  })

  it('shows why a source is disabled', () => {
    const { config, remove } = writeProject({})
    const { project } = loadProject(config)
    if (project === null) throw new Error('not sound')
    const { plan } = compilePlan(project, new Map([['web', 'environment variable K is not set']]))
    expect(plan?.sources).toEqual([
      { id: 'web', type: 'http', disabled: 'environment variable K is not set' },
      { id: 'archive', type: 'file', disabled: null },
    ])
    remove()
  })
})
