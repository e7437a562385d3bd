import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadProject } from '../../src/config/load.ts'
import { type Files, linted, SOUND, writeProject } from '../support/project.ts'
import { runsOf } from '../support/thorough.ts'

const ASSAY = 'rules/assay.yaml'
const DOMAIN = 'rules/domains/checkout/domain.yaml'
const EVENT = 'rules/domains/checkout/events/order_completed.yaml'
const SLOS = 'rules/domains/checkout/slos.yaml'
const ROUTES = 'alerts/routes.yaml'

/** Lines that must be said, and no others. */
const cases: Record<string, { given: Files; then: readonly string[] }> = {
  'nothing is wrong': { given: {}, then: [] },
  'no alerts, no domains': {
    given: { [ROUTES]: null, [DOMAIN]: null, [EVENT]: null, [SLOS]: null },
    then: [],
  },
  'a missing configuration': {
    given: { [ASSAY]: null },
    then: [`${ASSAY}:1:1: there is no such file: --config names it`],
  },
  'a misspelt key names the right one': {
    given: { [SLOS]: 'slos:\n  - name: a\n    sli: { kind: validity, event: Order Completed }\n    objectve: 99\n' },
    then: [
      `${SLOS}:2:5: missing "objective": it must be a number`,
      `${SLOS}:4:5: unknown key "objectve": did you mean "objective"?`,
    ],
  },
  'a key that nobody knows, and what else is wrong with the rest': {
    given: {
      [SLOS]:
        'slos:\n  - { name: a, sli: { kind: validity, event: Order Complete }, objective: 99, window: 30d, sevrity: page }\n',
      [ROUTES]: 'receivers: [{ name: screen, console: {} }]\nroutes: [{ to: [scren] }]\nextra: 1\n',
    },
    then: [
      `${ROUTES}:2:17: there is no receiver "scren": did you mean "screen"?`,
      `${ROUTES}:3:1: unknown key "extra": known here are receivers, routes, inhibitions, maintenance, scorecard`,
      `${SLOS}:2:46: no contract has the event "Order Complete": did you mean "Order Completed"?`,
      `${SLOS}:2:92: unknown key "sevrity": did you mean "severity"?`,
    ],
  },
  'a key that nobody knows': {
    given: { [ASSAY]: 'version: 1\nhttp: { colour: red }\n' },
    then: [`${ASSAY}:2:9: unknown key "colour" in http: known here are host, port, public_url, token, write_keys`],
  },
  'a wrong type': {
    given: { [ASSAY]: 'version: 1\nhttp: { port: eighty }\n' },
    then: [`${ASSAY}:2:15: http.port is text: it must be a number`],
  },
  'a word that is not among those allowed': {
    given: { [DOMAIN]: 'domain: checkout\nowner: { team: payments }\ntier: P00\n' },
    then: [`${DOMAIN}:3:7: tier is "P00": did you mean "P0"?`],
  },
  'a source without a type': {
    given: { [ASSAY]: 'version: 1\nsources:\n  - { id: web }\n' },
    then: [`${ASSAY}:3:5: missing "type" in sources[0]: must be one of http, file, demo, kafka`],
  },
  'a source of an unknown type': {
    given: { [ASSAY]: 'version: 1\nsources:\n  - { id: web, type: htp }\n' },
    then: [`${ASSAY}:3:22: sources[0].type is "htp": did you mean "http"?`],
  },
  'a key of one type of source on another': {
    given: { [ASSAY]: 'version: 1\nsources:\n  - { id: web, type: http, pahts: [a] }\n' },
    then: [`${ASSAY}:3:28: unknown key "pahts" in sources[0]: known here are id, type, format, duplicates_horizon`],
  },
  'a wrong duration': {
    given: { [ASSAY]: 'version: 1\nretention: { hours: 100 days }\n' },
    then: [`${ASSAY}:2:21: retention.hours must be a duration such as 90s, 30m, 24h or 7d`],
  },
  'a time zone that does not exist': {
    given: { [ASSAY]: 'version: 1\ntimezone: Europe/Berln\n' },
    then: [`${ASSAY}:2:11: timezone must be the name of a time zone such as Europe/Berlin`],
  },
  'a format that this version has not': {
    given: { [ASSAY]: 'version: 1\nsources:\n  - { id: snow, type: file, paths: [x], format: { type: snowplow } }\n' },
    then: [`${ASSAY}:3:57: use segment, cloudevents or json: the format snowplow is not in this version`],
  },
  'a key twice': {
    given: { [DOMAIN]: 'domain: checkout\nowner: { team: a }\ndomain: growth\n' },
    then: [`${DOMAIN}:3:1: the key "domain" stands twice in the same map: keep one of them`],
  },
  'a tab': {
    given: { [SLOS]: 'slos:\n\t- name: a\n' },
    then: [`${SLOS}:2:1: a tab indents this line: YAML takes spaces only`],
  },
  'an empty file': {
    given: { [SLOS]: '# later\n' },
    then: [`${SLOS}:1:1: there is nothing here: write it, or remove the file`],
  },
  'two documents where one belongs': {
    given: { [DOMAIN]: `${SOUND[DOMAIN]}---\ndomain: two\n` },
    then: [`${DOMAIN}:5:1: the file holds one document: remove the "---"`],
  },
  'bytes that are not text': {
    given: { [SLOS]: new Uint8Array([0x73, 0xff, 0xfe]) },
    then: [`${SLOS}:1:1: the file is not text in UTF-8`],
  },
  'a domain without its file': {
    given: { [DOMAIN]: null },
    then: [
      `${DOMAIN}:1:1: there is no such file: it says whose the domain is, for example { domain: checkout, owner: { team: NAME } }`,
    ],
  },
  'a contract in the wrong folder': {
    given: { 'rules/domains/checkout/refund.yaml': 'event: Refund\n' },
    then: [
      'rules/domains/checkout/refund.yaml:1:1: warning: nothing reads this file: contracts lie in events/ and tables/, SLOs in slos.yaml',
    ],
  },
  'an event by a name that none can arrive with': {
    given: { [EVENT]: (SOUND[EVENT] ?? '').replace('Order Completed', '"Order\\0Completed"'), [SLOS]: null },
    then: [
      `${EVENT}:1:8: event holds U+0000 or half a pair of UTF-16: names of events come with U+FFFD in their place, so write that`,
    ],
  },
  'a file where a folder belongs': {
    given: { [EVENT]: null, 'rules/domains/checkout/events': 'event: Refund\n' },
    then: ['rules/domains/checkout/events:1:1: this must be a folder'],
  },
  'a file in the place of all domains': {
    given: {
      [DOMAIN]: null,
      [EVENT]: null,
      [SLOS]: null,
      'rules/domains': 'domain: checkout\n',
      [ROUTES]: (SOUND[ROUTES] ?? '').replace('{ to:', '{ match: { event: Order Completed }, to:'),
    },
    then: ['rules/domains:1:1: this must be a folder'],
  },
  'the folder in which Kubernetes keeps what it mounts': {
    given: { 'rules/domains/checkout/events/..2026_11_21/order_completed.yaml': SOUND[EVENT] ?? '' },
    then: [],
  },
  'a receiver of two kinds, one of none': {
    given: {
      [ROUTES]:
        'receivers:\n  - { name: a, console: {}, slack: { webhook: { env: S } } }\n  - { name: b }\nroutes: [{ to: [a, b] }]\n',
    },
    then: [
      `${ROUTES}:2:5: receivers[0] must have exactly one of pagerduty, slack, webhook, console`,
      `${ROUTES}:3:5: receivers[1] must have exactly one of pagerduty, slack, webhook, console`,
    ],
  },
  'pointers that are none': {
    given: {
      [ASSAY]: 'version: 1\nsources:\n  - { id: x, type: file, paths: [a], format: { type: json, event: name } }\n',
    },
    then: [
      `${ASSAY}:3:67: sources[0].format.event must be a JSON pointer such as /context/app/version ("" is the whole document)`,
    ],
  },
  'a maintenance window that ends before it begins': {
    given: {
      [ROUTES]: `${SOUND[ROUTES]}maintenance:\n  - { from: 2026-03-02T00:00:00Z, to: 2026-03-01T00:00:00Z, reason: move }\n`,
    },
    then: [`${ROUTES}:6:39: maintenance[0].to must be after \`from\``],
  },
}

describe('reading a configuration', () => {
  it.each(Object.entries(cases))('%s', (_name, { given, then }) => {
    expect(linted(given).lines).toEqual(then)
  })

  it('says what is wrong in every file at once, and nothing of what only depends on it', () => {
    const { lines } = linted({
      [ASSAY]: 'version: 2\nsources:\n  - { id: web, type: http, colour: red }\n',
      [EVENT]: 'event: Order Completed\nversions: none\n',
      [SLOS]:
        'slos:\n  - { name: a, sli: { kind: validity, event: Order Completed, source: web }, objective: 99 }\n  - { name: b, sli: { kind: validity, event: Order Complete }, objective: 99 }\n',
      [ROUTES]: 'receivers:\n  - { name: screen }\nroutes: [{ to: [screen, scren] }]\n',
    })
    expect(lines.map((line) => line.split(':')[0])).toEqual([ROUTES, ASSAY, ASSAY, EVENT, SLOS])
  })

  it('answers no project where something is wrong, and one where all is well', () => {
    const broken = writeProject({ [ASSAY]: 'version: 2\n' })
    const sound = writeProject({})
    expect(loadProject(broken.config).project).toBeNull()
    const { project, problems } = loadProject(sound.config)
    expect(problems).toEqual([])
    expect(project?.root).toBe(sound.root)
    expect(project?.rulesFolder).toBe('rules')
    expect(project?.assay.value.http).toEqual({ host: '127.0.0.1', port: 8686 })
    expect(project?.assay.value.sources[0]).toEqual({ id: 'web', type: 'http', duplicates_horizon: 86_400_000 })
    broken.remove()
    sound.remove()
  })

  it('takes links to folders for domains, and leaves links to files alone', () => {
    const { root, config, remove } = writeProject({ 'shared/domain.yaml': 'domain: shared\nowner: { team: a }\n' })
    symlinkSync('../../shared', join(root, 'rules/domains/shared'))
    symlinkSync('../assay.yaml', join(root, 'rules/domains/notes'))
    const { project, problems } = loadProject(config)
    expect(problems).toEqual([])
    expect(project?.domains.map(({ domain }) => domain)).toEqual(['checkout', 'shared'])
    remove()
  })

  it('reads one contract a file, a list of them, or several documents', () => {
    const contract = (event: string) => `event: ${event}\nversions: [{ version: 1, schema: { type: object } }]\n`
    const { plan } = linted({
      'rules/domains/checkout/events/list.yaml': `- { event: A, versions: [{ version: 1, schema: {} }] }\n- { event: B, versions: [{ version: 1, schema: {} }] }\n`,
      'rules/domains/checkout/events/deep/documents.yml': `${contract('C')}---\n${contract('D')}`,
    })
    expect([...(plan?.events.keys() ?? [])].sort()).toEqual(['A', 'B', 'C', 'D', 'Order Completed'])
  })

  it('follows merges and aliases', () => {
    const { lines, plan } = linted({
      'rules/domains/checkout/events/list.yaml': `- &a
  event: A
  versions: &versions [{ version: 1, schema: {} }]
- { event: B, versions: *versions }
- { <<: *a, event: C }
`,
    })
    expect(lines).toEqual([])
    expect(plan?.events.size).toBe(4)
  })
})

describe('secrets', () => {
  const places: Record<string, Files> = {
    'a routing key': { [ROUTES]: 'receivers:\n  - { name: a, pagerduty: { routing_key: s3cr3t-value } }\n' },
    'a webhook of Slack': {
      [ROUTES]: 'receivers:\n  - { name: a, slack: { webhook: "https://hooks.slack.com/s3cr3t-value" } }\n',
    },
    'a webhook’s secret': {
      [ROUTES]: 'receivers:\n  - { name: a, webhook: { url: "https://x.org", secret: s3cr3t-value } }\n',
    },
    'a token': { [ASSAY]: 'version: 1\nhttp: { token: s3cr3t-value }\n' },
    'a write key': { [ASSAY]: 'version: 1\nhttp: { write_keys: [s3cr3t-value] }\n' },
    'a wrong reference': { [ASSAY]: 'version: 1\nhttp: { token: { evn: s3cr3t-value } }\n' },
  }
  it.each(Object.entries(places))('%s as its value is refused without being repeated', (_name, files) => {
    const { lines } = linted(files)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(
      /must say where the secret is found, never the secret itself: \{ env: NAME \} or \{ file: PATH \}$/,
    )
    expect(lines.join()).not.toContain('s3cr3t')
  })

  it('in files are looked for from the project’s folder', () => {
    const { config, root, remove } = writeProject({ [ASSAY]: 'version: 1\nhttp: { token: { file: secrets/token } }\n' })
    expect(loadProject(config).project?.assay.value.http.token).toEqual({ file: `${root}/secrets/token` })
    remove()
  })
})

describe('whatever stands in the files', () => {
  const word = fc.constantFrom(
    'version',
    'sources',
    'id',
    'type',
    'http',
    'file',
    'format',
    'receivers',
    'routes',
    'to',
    'name',
    'match',
    'domain',
    'owner',
    'team',
    'defaults',
    'slos',
    'validity',
    'freshness',
    'sli',
    'kind',
    'event',
    'objective',
    'versions',
    'schema',
    'properties',
    'required',
    '$ref',
    '#',
    'allOf',
    '__proto__',
    'screen',
  )
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5, depthSize: 'small' },
      tie('leaf'),
      fc.dictionary(word, tie('tree'), { maxKeys: 5 }),
      fc.array(tie('tree'), { maxLength: 3 }),
    ),
    leaf: fc.oneof(word, fc.constantFrom(0, 1, 99.9, -1, null, true, '', 'P0', '30m', 'Order Completed')),
  }))
  const files = fc.constantFrom(ASSAY, DOMAIN, EVENT, SLOS, ROUTES)

  it('lint says where something is wrong, or makes a plan', () => {
    fc.assert(
      fc.property(fc.dictionary(files, tree), (given) => {
        const texts = Object.fromEntries(Object.entries(given).map(([file, value]) => [file, JSON.stringify(value)]))
        const { problems, plan } = linted(texts)
        expect(plan === null).toBe(problems.some(({ severity }) => severity === 'error'))
        for (const { file, line, column, message } of problems) {
          expect([file.startsWith('/'), line >= 1, column >= 1, message.length > 0]).toEqual([false, true, true, true])
        }
      }),
      runsOf(300),
    )
  })
})
