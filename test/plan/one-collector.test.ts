import { expect, it } from 'vitest'
import { linted } from '../support/project.ts'

it('refuses a second source of type http: the first would take all that comes', () => {
  const sources = 'sources:\n  - { id: clickstream, type: http }\n  - { id: app, type: http }\n'
  const { lines } = linted({ 'rules/assay.yaml': `version: 1\n${sources}` })
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatch(/^rules\/assay\.yaml:4:\d+: a second source of type http would never be reached/)
})
