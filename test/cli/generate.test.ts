import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { generate } from '../../src/cli/generate.ts'
import { GENERATED, type GeneratedKind } from '../../src/cli/generated.ts'
import { runProgram } from '../../src/cli/program.ts'
import { REPOSITORY } from '../support/assay-command.ts'
import { type TestProject, testProject } from './project.ts'

const KINDS = Object.keys(GENERATED) as GeneratedKind[]
const cleanUps: (() => void)[] = []
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp()
})

function project(files: Readonly<Record<string, string>> = {}): TestProject {
  const made = testProject(files)
  cleanUps.push(made.remove)
  return made
}

const options = (kind: GeneratedKind, more: { readonly out?: string; readonly check?: boolean } = {}) => ({
  config: 'rules/assay.yaml',
  kind,
  check: false,
  ...more,
})

/** Every file below a folder with its text. */
function textsIn(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return Object.fromEntries(
    files.map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name), 'utf8')]),
  )
}

describe.each(KINDS)('assay generate %s', (kind) => {
  test('writes its files where they belong; again, the same bytes', async () => {
    const { path, run } = project()
    const first = await run((io) => generate(options(kind), io))
    expect(first).toMatchObject({ code: 0, err: '' })
    const folder = join(path, GENERATED[kind])
    const texts = textsIn(folder)
    const count = Object.keys(texts).length
    expect(count).toBeGreaterThan(2)
    expect(first.out).toContain(`${count} of ${count} files written`)
    const again = await run((io) => generate(options(kind, { out: 'elsewhere' }), io))
    expect(again.code).toBe(0)
    expect(Object.values(textsIn(join(path, 'elsewhere')))).toEqual(Object.values(texts))
    expect((await run((io) => generate(options(kind), io))).out).toContain(`0 of ${count} files written`)
  })

  test('--check writes nothing, names what is not up to date, and how to mend it', async () => {
    const { path, run, write } = project()
    const missing = await run((io) => generate(options(kind, { check: true }), io))
    expect(missing.code).toBe(1)
    expect(missing.out).toMatch(/: missing\n/)
    expect(missing.err).toContain(`assay generate ${kind}`)
    expect(existsSync(join(path, GENERATED[kind]))).toBe(false)

    await run((io) => generate(options(kind), io))
    expect(await run((io) => generate(options(kind, { check: true }), io))).toMatchObject({ code: 0, err: '' })

    const [name = ''] = readdirSync(join(path, GENERATED[kind])).filter((file) => file.includes('.'))
    write(`${GENERATED[kind]}/${name}`, 'somebody was here\n')
    const changed = await run((io) => generate(options(kind, { check: true }), io))
    expect(changed.code).toBe(1)
    expect(changed.out).toBe(`${GENERATED[kind]}/${name}: differs from what the rules say\n`)
  })

  test('a configuration with errors is 2, and nothing is written', async () => {
    const { path, run } = project({ 'rules/assay.yaml': 'version: 1\nhttp: { prot: 1 }\n' })
    const { code, err } = await run((io) => generate(options(kind), io))
    expect(code).toBe(2)
    expect(err).toContain('rules/assay.yaml:2:9')
    expect(existsSync(join(path, GENERATED[kind]))).toBe(false)
  })

  test('a folder that cannot be written to is 2, in a sentence', async () => {
    const { run, write } = project()
    write('taken', 'a file')
    const { code, err } = await run((io) => runProgram(['generate', kind, '--out', 'taken/here'], io))
    expect(code).toBe(2)
    expect(err).toMatch(/^assay: .*cannot be written.*--out\.\n$/)
  })

  test('what is in the repository is what its rules say', async () => {
    const { run } = project()
    const { code, out } = await run((io) => generate(options(kind, { check: true }), io), { cwd: REPOSITORY })
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('up to date') })
  })
})

test.each(
  globSync('examples/*/{alerts/prometheus,dashboards}', { cwd: REPOSITORY }).map((folder) => ({
    folder,
    config: join(folder.replace(/\/(alerts\/prometheus|dashboards)$/, ''), 'rules/assay.yaml'),
    kind: folder.endsWith('dashboards') ? ('dashboards' as const) : ('prometheus' as const),
  })),
)('$folder is what its rules say', async ({ config, kind }) => {
  const { run } = project()
  const printed = await run((io) => generate({ config, kind, check: true }, io), { cwd: REPOSITORY })
  expect(printed).toMatchObject({ code: 0, err: '' })
})

test('every runbook that a rule links to is there', () => {
  const folder = join(REPOSITORY, GENERATED.prometheus)
  const texts = Object.values(textsIn(folder)).join('')
  const linked = new Set([...texts.matchAll(/runbook_url: "([^"]*)"/g)].map(([, path = '']) => path))
  expect(linked.size).toBeGreaterThan(5)
  expect([...linked].filter((path) => !existsSync(join(REPOSITORY, path)))).toEqual([])
})

test.each(['openslo', 'docs', 'dbt'])('generate %s is not in this version, and says so', async (kind) => {
  const { run } = project()
  const { code, err } = await run((io) => runProgram(['generate', kind], io))
  expect(code).toBe(2)
  expect(err).toBe(`assay: Assay doesn't generate ${kind} yet. This version generates prometheus and dashboards.\n`)
})
