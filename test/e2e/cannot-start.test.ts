import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, expect, test } from 'vitest'
import { runProgram } from '../../src/cli/program.ts'
import { openStore } from '../../src/store/open.ts'
import { runAssay } from '../support/assay-command.ts'
import { startAssay } from '../support/daemon.ts'
import { type Files, SOUND, writeProject } from '../support/project.ts'
import { runCommand } from '../support/run-command.ts'
import { THOROUGH } from '../support/thorough.ts'

const toEnd: (() => unknown)[] = []
afterEach(async () => {
  for (const end of toEnd.splice(0).reverse()) await end()
})

function project(files: Files = {}) {
  const made = writeProject(files)
  toEnd.push(made.remove)
  return made
}

const withStore = (path: string): Files => ({
  'rules/assay.yaml': `${SOUND['rules/assay.yaml']}store: { type: sqlite, path: ${JSON.stringify(path)} }\n`,
})

/** The command in this process; where everything is required in one of its own, which must come to its end as well. */
async function command(args: readonly string[], cwd: string): ReturnType<typeof runAssay> {
  if (THOROUGH) return runAssay(args, { cwd })
  return runCommand(cwd, (io) => runProgram(args, io))
}

/** Starts where it can't: it must end by itself, and say one line. */
async function refusal(root: string, args: readonly string[] = [], run = command) {
  const { code, out, err } = await run(['run', '--port', '0', ...args], root)
  expect(out).toBe('')
  expect(err).toMatch(/^assay: [^\n]+\.\n$/)
  expect(err).not.toContain('this is a bug')
  return { code, line: err }
}

test('the port is taken: says so and what to do; the store is left free', async () => {
  const { root, config } = project()
  const other = createServer()
  await new Promise<void>((listening) => other.listen(0, '127.0.0.1', listening))
  const { port } = other.address() as AddressInfo
  const { code, line } = await refusal(root, ['--port', String(port)], (args, cwd) => runAssay(args, { cwd }))
  other.close()
  expect(code).toBe(3)
  expect(line).toMatch(new RegExp(`Port ${port} on 127\\.0\\.0\\.1 is taken.*Stop that program`))
  const next = await startAssay(config)
  expect(await next.stop()).toBe(0)
})

test('another Assay has the store: says so; the other one goes on', async () => {
  const { root, config } = project()
  const first = await startAssay(config)
  toEnd.push(first.kill)
  const { code, line } = await refusal(root)
  expect(code).toBe(3)
  expect(line).toMatch(/in use by another Assay.*Stop the other one/)
  expect((await fetch(`${first.url}/readyz`)).status).toBe(200)
  expect(await first.stop()).toBe(0)
})

test('the configuration is bad: every problem with its place, wherever it lies; nothing is made', async () => {
  const { root } = project({
    'rules/assay.yaml': 'version: 1\nretention: { minutes: soon }\n',
    'rules/domains/checkout/slos.yaml':
      'slos:\n  - { name: a, sli: { kind: validity, event: Nobody }, objective: 99 }\n',
    'alerts/routes.yaml': 'routes:\n  - { to: [nobody] }\n',
  })
  const { code, out, err } = await command(['run', '--port', '0'], root)
  expect(code).toBe(2)
  expect(out).toBe('')
  const lines = err.trimEnd().split('\n')
  expect(lines.filter((line) => /^\S+:\d+:\d+ /.test(line) || /^\S+:\d+:\d+: /.test(line)).length).toBe(3)
  for (const file of ['rules/assay.yaml:2:', 'rules/domains/checkout/slos.yaml:2:', 'alerts/routes.yaml:2:']) {
    expect(err).toContain(file)
  }
  expect(lines.at(-1)).toMatch(/^assay: nothing was started/)
  expect(existsSync(join(root, '.assay'))).toBe(false)
})

test('there is no configuration: names the file and --config', async () => {
  const { root } = project()
  const { code, err } = await command(['run', '--config', 'nowhere/assay.yaml'], root)
  expect(code).toBe(2)
  expect(err).toMatch(/nowhere\/assay\.yaml|assay\.yaml:1:1/)
  expect(err).toContain('there is no such file: --config names it')
})

test('a newer Assay wrote the store: refuses and leaves it as it was', async () => {
  const { root } = project(withStore('assay.db'))
  const path = join(root, 'assay.db')
  await (await openStore({ type: 'sqlite', path })).close()
  const raw = new DatabaseSync(path)
  raw.exec('insert into schema_version (version) values (999); pragma wal_checkpoint(truncate)')
  raw.close()
  const before = readFileSync(path)
  const { code, line } = await refusal(root)
  expect(code).toBe(3)
  expect(line).toMatch(/schema version 999.*Run the newer Assay/)
  expect(readFileSync(path).equals(before)).toBe(true)
})

test.each([
  ['its folder cannot be made', '/proc/assay/assay.db', '/proc/assay'],
  ['its folder is a file', 'rules/assay.yaml/assay.db', 'rules/assay.yaml'],
  ['its folder cannot be written', '/proc/assay.db', '/proc/assay.db'],
  ['it is a folder', 'rules', 'rules'],
])('the store cannot be written, %s', async (_what, path, named) => {
  const { root } = project(withStore(path))
  const { code, line } = await refusal(root)
  expect(code).toBe(3)
  expect(line).toContain(named)
  expect(line).toMatch(/Name a path in a folder that Assay may write to\.|Assay may read and write\./)
})

test('the store is no database', async () => {
  const { root } = project(withStore('notes.txt'))
  writeFileSync(join(root, 'notes.txt'), 'my notes\n'.repeat(500))
  const { code, line } = await refusal(root)
  expect(code).toBe(3)
  expect(line).toMatch(/is no SQLite database.*Name another path/)
  expect(readFileSync(join(root, 'notes.txt'), 'utf8')).toBe('my notes\n'.repeat(500))
})

const folder = project().root
const disk = join(folder, 'disk')
mkdirSync(disk, { recursive: true })
const canMount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'assay-test', disk]).status === 0
if (canMount) spawnSync('umount', [disk])

test.skipIf(!canMount && !THOROUGH)('the disk is full (skipped where nothing can be mounted)', async () => {
  const { root } = project(withStore('disk/assay.db'))
  const small = join(root, 'disk')
  mkdirSync(small)
  expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'assay-test', small]).status).toBe(0)
  toEnd.push(() => spawnSync('umount', [small]))
  writeFileSync(join(small, 'filler'), Buffer.alloc(40_960))
  const { code, line } = await refusal(root)
  expect(code).toBe(3)
  expect(line).toMatch(/the disk is full.*Free space/)
})

test('--no-demo leaves the demo out, also where an SLO speaks of it', async () => {
  const { config } = project({
    'rules/assay.yaml': 'version: 1\nsources:\n  - { id: web, type: http }\n  - { id: shop, type: demo }\n',
    'rules/domains/checkout/slos.yaml':
      'slos:\n  - { name: orders, sli: { kind: validity, event: Order Completed, source: shop }, objective: 99.9 }\n',
  })
  const assay = await startAssay(config, { args: ['--no-demo'] })
  toEnd.push(assay.kill)
  expect(assay.output()).toContain('sources web (http)\n')
  const { slos } = (await (await fetch(`${assay.url}/api/v1/slos`)).json()) as { slos: object[] }
  expect(slos).toMatchObject([{ name: 'orders', source: 'shop', outcome: 'not_evaluated' }])
  expect(await assay.stop()).toBe(0)
})
