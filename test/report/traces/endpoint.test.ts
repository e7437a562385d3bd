import { expect, it } from 'vitest'
import { tracesUrl } from '../../../src/report/traces/endpoint.ts'

const cases: Record<string, readonly [base: string, url: string | null]> = {
  'a base address gets the path of traces': ['http://localhost:4318', 'http://localhost:4318/v1/traces'],
  'a slash at its end is not doubled': ['https://otel.example/', 'https://otel.example/v1/traces'],
  'a path before it stays': ['https://api.example/otlp/', 'https://api.example/otlp/v1/traces'],
  'an address of traces is taken as it is': ['https://api.example/v1/traces', 'https://api.example/v1/traces'],
  'a query stays': ['https://api.example/?tenant=1', 'https://api.example/v1/traces?tenant=1'],
  'another protocol is none': ['grpc://localhost:4317', null],
  'a host without protocol is none': ['localhost:4318', null],
}
for (const [name, [base, url]] of Object.entries(cases)) it(name, () => expect(tracesUrl(base)).toBe(url))
