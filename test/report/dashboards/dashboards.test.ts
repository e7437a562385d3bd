import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { dashboardFiles } from '../../../src/report/dashboards/dashboards.ts'
import { REPOSITORY } from '../../support/assay-command.ts'

interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly description?: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly datasource?: { readonly uid: string }
  readonly targets?: readonly { readonly refId: string; readonly expr: string }[]
  readonly fieldConfig?: {
    readonly defaults: { readonly unit?: string; readonly links?: readonly { readonly url: string }[] }
  }
}
interface Dashboard {
  readonly id: null
  readonly uid: string
  readonly title: string
  readonly panels: readonly Panel[]
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: unknown }[] }
}

const files = dashboardFiles('https://assay.example.org/')
const dashboards = files.filter(({ path }) => path.endsWith('.json')).map(({ text }): Dashboard => JSON.parse(text))

describe.each(dashboards)('$title', (dashboard) => {
  const { panels, templating, uid } = dashboard
  const text = JSON.stringify(dashboard)

  test('has an address that stays, and panels that neither share an id nor a place', () => {
    expect(uid).toMatch(/^[a-z-]{8,40}$/)
    expect(dashboard.id).toBeNull()
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    const taken = new Set<string>()
    for (const { gridPos, title } of panels) {
      const { x, y, w, h } = gridPos
      expect(x + w, title).toBeLessThanOrEqual(24)
      for (let row = y; row < y + h; row++) {
        for (let column = x; column < x + w; column++) {
          expect(taken.has(`${row}:${column}`), title).toBe(false)
          taken.add(`${row}:${column}`)
        }
      }
    }
  })

  test('every panel says what it shows and what to make of it, in a unit, from the Prometheus that was chosen', () => {
    for (const panel of panels.filter(({ type }) => type !== 'row')) {
      expect(panel.description?.length, panel.title).toBeGreaterThan(20)
      expect(panel.datasource?.uid).toBe('$'.concat('{datasource}'))
      if (panel.type !== 'table' && panel.type !== 'state-timeline' && panel.type !== 'heatmap')
        expect(panel.fieldConfig?.defaults.unit, panel.title).toBeTruthy()
      const ids = (panel.targets ?? []).map(({ refId }) => refId)
      expect(ids.length).toBeGreaterThan(0)
      expect(new Set(ids).size).toBe(ids.length)
    }
  })

  test('every variable that is asked for is there', () => {
    const known = templating.list.map(({ name }) => name)
    expect(known).toEqual(expect.arrayContaining(['datasource', 'job', 'public_url']))
    const asked = [...text.matchAll(/\$\{?(\w+)/g)].map(([, name = '']) => name)
    expect(asked.filter((name) => !known.includes(name) && !name.startsWith('__'))).toEqual([])
  })

  test('every link leads to a page of Assay, a runbook that is there, or another of these dashboards', () => {
    const uids = dashboards.map((other) => other.uid)
    const urls = [...text.matchAll(/"url":"([^"]*)"/g)].map(([, url = '']) => url)
    expect(urls.length).toBeGreaterThan(3)
    for (const url of urls) {
      const [, runbook] = /\/runbooks\/(.*)$/.exec(url) ?? []
      const [, other] = /^\/d\/([a-z-]+)/.exec(url) ?? []
      if (runbook !== undefined) expect(existsSync(join(REPOSITORY, 'alerts/runbooks', runbook)), url).toBe(true)
      else if (other !== undefined) expect(uids).toContain(other)
      else expect(url).toMatch(/^\$\{public_url\}\/(incidents\/|events\/|tables\/|$)/)
    }
  })

  test('hides no link in a menu', () => {
    expect(text).not.toContain('inControlsMenu')
  })

  test('begins with the address of Assay that the rules name', () => {
    expect(templating.list.find(({ name }) => name === 'public_url')?.query).toBe('https://assay.example.org')
  })
})

test('what provisions them is YAML for Grafana, and finds them where compose mounts them', () => {
  const provisioned = Object.fromEntries(
    files.filter(({ path }) => path.endsWith('.yaml')).map(({ path, text }) => [path, parse(text)]),
  )
  expect(provisioned['provisioning/dashboards/assay.yaml']).toMatchObject({
    apiVersion: 1,
    providers: [{ type: 'file', options: { path: '/var/lib/grafana/dashboards' } }],
  })
  expect(provisioned['provisioning/datasources/prometheus.yaml']).toMatchObject({
    apiVersion: 1,
    datasources: [{ type: 'prometheus', isDefault: true }],
  })
})
