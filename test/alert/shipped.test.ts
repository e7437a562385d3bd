import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { routesConfig } from '../../src/alert/config.ts'

const ALERTS = new URL('../../alerts/', import.meta.url)
const OF_SLOS = ['completeness', 'duplicates', 'freshness', 'ingest-behind', 'lateness', 'schema-violations', 'volume']
/** What Prometheus alerts on about Assay itself. */
const OF_ASSAY = ['assay-down', 'configuration-rejected', 'metrics-overflow', 'notifications-failing']
const RUNBOOKS = [...OF_SLOS, ...OF_ASSAY].sort()

describe('what is shipped in alerts/', () => {
  it('prints every incident on the screen', () => {
    const routes = routesConfig.parse(parse(readFileSync(new URL('routes.yaml', ALERTS), 'utf8')))
    expect(routes.receivers).toEqual([{ name: 'screen', console: {} }])
    expect(routes.routes).toEqual([{ to: ['screen'] }])
  })

  it('has a runbook for each kind of breach and no other', () => {
    expect(readdirSync(new URL('runbooks/', ALERTS)).sort()).toEqual(RUNBOOKS.map((name) => `${name}.md`))
  })

  it.each(RUNBOOKS)('%s is short enough for 03:00 and says all of it', (name) => {
    const text = readFileSync(new URL(`runbooks/${name}.md`, ALERTS), 'utf8')
    expect(text.split('\n').length).toBeLessThanOrEqual(60)
    expect(text.match(/^## .*$/gm)).toEqual([
      '## Look here first',
      '## Usual causes, most usual first',
      '## Mend it',
      '## Silence it',
      '## Escalate when',
    ])
    expect(text).toContain('assay status')
  })
})
