import { expect, it } from 'vitest'
import { kafkaSourceConfig } from '../../src/observe/sources/kafka/config.ts'
import { kafkaAccessOf } from '../../src/runtime/kafka-access.ts'
import { linted } from '../support/project.ts'

const given = {
  id: 'stream',
  type: 'kafka',
  brokers: ['kafka-1.example.org:9092', '[::1]:9092'],
  topics: ['tracking.events'],
  format: { type: 'segment' },
}
const sasl = { mechanism: 'scram-sha-512', username: { env: 'USER_NAME' }, password: { env: 'SECRET' } }

it('takes what is said, and what is usual where nothing is', () => {
  const config = kafkaSourceConfig.parse({ ...given, sasl, tls: { ca: { env: 'CA' } } })
  expect(config).toMatchObject({ group: 'assay', from: 'earliest' })
  expect(kafkaAccessOf(config, { USER_NAME: 'assay', SECRET: 's3cret', CA: 'PEM' })).toEqual({
    brokers: given.brokers,
    tls: { ca: ['PEM'], rejectUnauthorized: true },
    sasl: { mechanism: 'scram-sha-512', username: 'assay', password: 's3cret' },
  })
  expect(kafkaAccessOf(kafkaSourceConfig.parse(given), {})).toEqual({ brokers: given.brokers, tls: false, sasl: null })
})

it('is disabled while a secret is unset, and says which', () => {
  const config = kafkaSourceConfig.parse({ ...given, sasl })
  expect(kafkaAccessOf(config, { USER_NAME: 'assay' })).toEqual({
    disabled: 'environment variable SECRET is not set',
  })
})

it('names what is wrong with a configuration, and never shows a password', () => {
  const { lines } = linted({
    'rules/assay.yaml': `version: 1
sources:
  - id: stream
    type: kafka
    brokers: ["kafka://somewhere"]
    topics: [a b, ok, ok]
    format: { type: segment }
    from: begining
    sasl: { mechanism: scram-sha-512, username: { env: U }, password: hunter2 }
`,
  })
  expect(lines).toEqual([
    'rules/assay.yaml:5:15: sources[0].brokers[0] must be an address and a port, without a protocol: kafka-1.example.org:9092',
    'rules/assay.yaml:6:14: sources[0].topics[0] must be the name of a topic: letters, digits, ".", "_" and "-"',
    'rules/assay.yaml:8:11: sources[0].from is "begining": it must be one of earliest, latest',
    'rules/assay.yaml:9:71: sources[0].sasl.password must say where the secret is found, never the secret itself: { env: NAME } or { file: PATH }',
  ])
  expect(lines.join()).not.toContain('hunter2')
})
