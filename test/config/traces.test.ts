import { expect, it } from 'vitest'
import { linted } from '../support/project.ts'

const said = (traces: string) =>
  linted({
    'rules/assay.yaml': `version: 1\nsources:\n  - { id: web, type: http }\ntelemetry:\n  traces: ${traces}\n`,
  }).lines

it.each([
  '{ otlp: { env: OTEL_EXPORTER_OTLP_ENDPOINT } }',
  '{ otlp: "http://localhost:4318", sampling: 0.1, headers: { x-tenant: data, authorization: { file: otlp.token } } }',
])('%s is a configuration of traces', (traces) => {
  expect(said(traces)).toEqual([])
})

const wrong: Record<string, readonly [traces: string, says: RegExp]> = {
  'an address that is none': ['{ otlp: "localhost:4318" }', /^rules\/assay\.yaml:5:19: .*must be an address such as/],
  'no address': ['{ sampling: 1 }', /^rules\/assay\.yaml:5:\d+: .*otlp/],
  'a share of nothing': ['{ otlp: "http://a", sampling: 0 }', /:41: .*must be above 0: to send no traces/],
  'a share above all': ['{ otlp: "http://a", sampling: 10 }', /:41: .*1 at most/],
  'a header that is none': ['{ otlp: "http://a", headers: { "x y": z } }', /:40: .*must have names of HTTP headers/],
  'a key that is none': [
    '{ otlp: "http://a", samplng: 1 }',
    /unknown key "samplng" in telemetry.traces: did you mean "sampling"/,
  ],
}
for (const [what, [traces, says]] of Object.entries(wrong)) {
  it(`${what} is named with line and column`, () => {
    expect(said(traces)).toEqual([expect.stringMatching(says)])
  })
}
