import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../support/free-port.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { until } from '../support/until.ts'
import { THOROUGH } from '../support/thorough.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8').replaceAll('\\\n', '')
/** Somebody without rights, as in the image; only root can become another. */
const SOMEBODY = process.getuid?.() === 0 ? { uid: 1000, gid: 1000 } : {}

/** A stage's instructions, by its place. */
const stages = dockerfile.split(/^FROM .*$/m).slice(1)
const instruction = (stage: string, name: string): string[] =>
  [...stage.matchAll(new RegExp(`^${name} (.+)$`, 'gm'))].map(([, rest = '']) => rest)

// There is no Docker engine to build the image: its steps are taken in folders instead, by the commands that stand there.
describe.skipIf(!THOROUGH)('the steps of the Dockerfile (a minute long: with ASSAY_REQUIRE=all)', () => {
  const folder = temporaryFolder()
  const app = folder.file('app')
  let daemon: ChildProcess | null = null
  let output = ''

  function build(stage: string, into: string): void {
    mkdirSync(into, { recursive: true })
    for (const copy of instruction(stage, 'COPY')) {
      const words = copy.split(' ').filter((word) => !word.startsWith('--from'))
      const to = words.pop() ?? '.'
      if (copy.startsWith('--from')) continue
      for (const path of words) {
        cpSync(join(ROOT, path), join(into, words.length > 1 || to === './' ? path : to), { recursive: true })
      }
    }
    for (const command of instruction(stage, 'RUN').filter((each) => each.startsWith('npm '))) {
      const ran = spawnSync('sh', ['-c', command.split(' && ')[0] ?? ''], { cwd: into, encoding: 'utf8' })
      if (ran.status !== 0) throw new Error(`${command}: ${ran.stdout}${ran.stderr}`)
    }
  }

  beforeAll(() => {
    const [compiled, installed] = [folder.file('build'), folder.file('dependencies')]
    build(stages[0] ?? '', compiled)
    build(stages[1] ?? '', installed)
    build(stages[2] ?? '', app)
    cpSync(join(compiled, 'dist'), join(app, 'dist'), { recursive: true })
    cpSync(join(installed, 'node_modules'), join(app, 'node_modules'), { recursive: true })
    chmodSync(folder.path, 0o755)
  }, 300_000)
  afterAll(async () => {
    if (daemon !== null && daemon.exitCode === null) {
      const ended = new Promise((done) => daemon?.once('exit', done))
      daemon.kill('SIGKILL')
      await ended
    }
    folder.remove()
  })

  it('give a daemon that runs without rights, says that it is healthy, and ends when it is told to', async () => {
    const [entrypoint] = instruction(stages[2] ?? '', 'ENTRYPOINT')
    const [program = '', ...args] = (JSON.parse(entrypoint ?? '[]') as string[]).map((word) =>
      word.replace('/app/', `${app}/`),
    )
    expect(program).toBe('node')
    const project = folder.file('project')
    const data = folder.file('data')
    mkdirSync(join(project, 'rules'), { recursive: true })
    mkdirSync(data)
    chmodSync(data, 0o777)
    const port = await freePort()
    writeFileSync(
      join(project, 'rules', 'assay.yaml'),
      `version: 1\nstore: { type: sqlite, path: ${data}/assay.db }\nhttp: { port: ${port} }\nsources: [{ id: web, type: http }]\n`,
    )
    daemon = spawn(process.execPath, [...args, 'run', '--config', join(project, 'rules', 'assay.yaml')], {
      cwd: app,
      env: { NODE_ENV: 'production', PATH: process.env['PATH'] ?? '' },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...SOMEBODY,
    })
    for (const stream of [daemon.stdout, daemon.stderr])
      stream?.setEncoding('utf8').on('data', (text) => (output += text))
    const check = /CMD (\[.*\])/.exec(instruction(stages[2] ?? '', 'HEALTHCHECK').join())?.[1] ?? '[]'
    const [, ...health] = JSON.parse(check) as string[]
    const isHealthy = () => spawnSync(process.execPath, health, { env: { ASSAY_PORT: String(port) } }).status === 0
    await until(`the daemon to be healthy: ${output}`, isHealthy, 20_000)
    const ended = new Promise<number | null>((done) => daemon?.once('exit', done))
    daemon.kill('SIGTERM')
    expect(await ended).toBe(0)
    expect(isHealthy()).toBe(false)
  }, 60_000)
})
