import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { REPOSITORY, startCommand } from '../support/assay-command.ts'
import { SOUND } from '../support/project.ts'
import { type TemporaryFolder, temporaryFolder } from '../support/temporary.ts'
import { until } from '../support/until.ts'
import { THOROUGH } from '../support/thorough.ts'

const PATH = `${REPOSITORY}/node_modules/.bin:${process.env['PATH'] ?? ''}`
let folder: TemporaryFolder
/** The project of somebody who has installed the package. */
let project: string
let assay: string

/** What is compiled of it goes with it. */
const environment = () => ({ PATH, NODE_COMPILE_CACHE: join(folder.path, 'compiled') })

async function run(program: string, args: readonly string[], cwd: string) {
  const command = startCommand(program, args, { cwd, env: environment() })
  const code = await command.ended
  return { code, out: command.out(), err: command.err() }
}

/** As npm installs a package: unpacked, its bin linked and executable; its dependencies are those of the repository. */
function install(tarball: string): Promise<unknown> {
  mkdirSync(join(project, 'node_modules', '.bin'), { recursive: true })
  for (const name of readdirSync(join(REPOSITORY, 'node_modules'))) {
    if (name.startsWith('.')) continue
    symlinkSync(join(REPOSITORY, 'node_modules', name), join(project, 'node_modules', name))
  }
  return run('tar', ['-xzf', tarball], folder.path).then(() => {
    renameSync(join(folder.path, 'package'), join(project, 'node_modules', 'assay'))
    symlinkSync('../assay/dist/main.js', assay)
    chmodSync(assay, 0o755)
  })
}

describe.skipIf(!THOROUGH)('the package (built and packed by npm, 10 s of two cores: with ASSAY_REQUIRE=all)', () => {
  beforeAll(async () => {
    folder = temporaryFolder()
    project = join(folder.path, 'project')
    assay = join(project, 'node_modules', '.bin', 'assay')
    // Built beside the repository: two test runs must not build into one dist.
    const built = join(folder.path, 'built')
    mkdirSync(built)
    const { files, ...rest } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as {
      files: readonly string[]
    }
    writeFileSync(join(built, 'package.json'), JSON.stringify({ ...rest, files }))
    const copied = ['src', 'tsconfig.json', 'tsconfig.build.json', 'README.md', 'LICENSE', ...files]
    for (const name of copied) {
      if (name !== 'dist') cpSync(join(REPOSITORY, name), join(built, name), { recursive: true })
    }
    symlinkSync(join(REPOSITORY, 'node_modules'), join(built, 'node_modules'))
    const packed = await run('npm', ['pack', '--silent', '--pack-destination', folder.path], built)
    expect(packed).toMatchObject({ code: 0 })
    await install(join(folder.path, packed.out.trim().split('\n').at(-1) ?? ''))
    for (const [name, text] of Object.entries(SOUND)) {
      mkdirSync(join(project, name, '..'), { recursive: true })
      writeFileSync(join(project, name), text)
    }
  })
  afterAll(() => folder.remove())

  test('holds the program, rules and alerts to start from, and no source', () => {
    const names = readdirSync(join(project, 'node_modules', 'assay')).sort()
    expect(names).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'alerts', 'dist', 'package.json', 'rules'])
    const dist = readdirSync(join(project, 'node_modules', 'assay', 'dist'), { recursive: true }).map(String)
    expect(dist.filter((name) => /\.ts$|\.map$/.test(name))).toEqual([])
    expect(readFileSync(join(project, 'node_modules', 'assay', 'dist', 'main.js'), 'utf8')).toMatch(
      /^#!\/usr\/bin\/env [^\n]*node/,
    )
  })

  test('its assay knows its version, lints and checks', async () => {
    const { version } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as { version: string }
    expect(await run(assay, ['--version'], project)).toEqual({ code: 0, out: `${version}\n`, err: '' })
    expect(await run(assay, ['lint'], project)).toMatchObject({ code: 0, err: '' })
    const order = (properties: object) =>
      `${JSON.stringify({ type: 'track', event: 'Order Completed', messageId: 'm', userId: 'u', properties })}\n`
    writeFileSync(join(project, 'good.ndjson'), order({ order_id: 'o' }))
    writeFileSync(join(project, 'bad.ndjson'), order({ order_id: 7 }))
    expect(await run(assay, ['check', 'good.ndjson'], project)).toMatchObject({ code: 0 })
    const bad = await run(assay, ['check', 'bad.ndjson'], project)
    expect(bad.code).toBe(1)
    expect(bad.out).toContain('order_id')
  })

  test('its assay runs, pages and all', async () => {
    const running = startCommand(assay, ['run', '--port', '0'], { cwd: project, env: environment() })
    try {
      const url = await until('Assay to be ready', () => {
        if (running.child.exitCode !== null) throw new Error(running.err())
        return /page\s+(http:\/\/\S+?)\/\n/.exec(running.out())?.[1]
      })
      expect(await (await fetch(url)).text()).toContain('checkout')
    } finally {
      running.child.kill('SIGINT')
    }
    expect(await running.ended).toBe(0)
  })
})
