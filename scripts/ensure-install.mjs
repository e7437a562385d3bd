// Runs under whatever Node the machine has (20 or newer): installs the locked dependencies where they are missing or stale.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const lock = join(root, 'package-lock.json')
const installed = join(root, 'node_modules', '.package-lock.json')

const [major = 0] = process.versions.node.split('.').map(Number)
if (major < 20) {
  console.error(`assay: Node ${process.versions.node} is too old to install with; take Node 20 or newer.`)
  process.exit(2)
}
if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lock).mtimeMs) {
  console.error('assay: installing the locked dependencies (once, and after an update)…')
  const npm = process.env.npm_execpath
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
  const run = npm
    ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: ['ignore', 2, 2] })
    : spawnSync('npm', args, { cwd: root, stdio: ['ignore', 2, 2] })
  if (run.status !== 0) {
    console.error('assay: the installation failed; what npm said stands above. Is a package registry reachable?')
    process.exit(3)
  }
  // The first start is as quick as those after it, and takes no more memory: types are stripped and code is compiled now.
  // With the flags of `npm start`, since what is kept is good for the same ones only.
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const flags = scripts.start.split(' ').filter((word) => word.startsWith('--'))
  const env = { ...process.env, NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'assay') }
  const pinned = join(root, 'node_modules', '.bin', 'node')
  const load = `await import(${JSON.stringify(pathToFileURL(join(root, 'src', 'cli', 'run.ts')))})`
  spawnSync(pinned, [...flags, '--input-type=module', '--eval', load], { env, stdio: 'ignore' })
}
