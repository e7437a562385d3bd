import { connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import {
  type Command,
  copyOfRepository,
  REPOSITORY,
  startAssayCommand,
  startCommand,
} from '../support/assay-command.ts'
import { writeProject } from '../support/project.ts'
import { until } from '../support/until.ts'

const toEnd: (() => unknown)[] = []
afterEach(async () => {
  for (const end of toEnd.splice(0).reverse()) await end()
})

/** Where the page is, once the command says that it is ready. */
async function urlOf(command: Command): Promise<string> {
  return until('Assay to be ready', () => {
    if (command.child.exitCode !== null) throw new Error(`Assay ended: ${command.out()}${command.err()}`)
    return /page\s+(http:\/\/\S+?)\/\n/.exec(command.out())?.[1]
  })
}

async function started(): Promise<{ command: Command; url: string }> {
  const { root, remove } = writeProject({})
  const command = startAssayCommand(['run', '--port', '0'], { cwd: root })
  toEnd.push(remove, () => command.child.kill('SIGKILL'))
  return { command, url: await urlOf(command) }
}

/** A sender that has begun a request and doesn't go on. */
async function slowRequest(url: string): Promise<void> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  toEnd.push(() => socket.destroy())
  socket.on('error', () => undefined)
  await new Promise((connected) => socket.once('connect', connected))
  const head = ['POST /v1/track HTTP/1.1', `host: ${hostname}`, 'content-type: application/json', 'content-length: 99']
  socket.write(`${head.join('\r\n')}\r\n\r\n{"type":`)
  await until('the request to have arrived', async () => (await fetch(`${url}/healthz`)).ok)
}

test('npm start: ready within seconds, says where to look, how to send and what is watched; Ctrl-C ends it within 2 s', async () => {
  const { root, remove } = copyOfRepository()
  const path = `${REPOSITORY}/node_modules/.bin:${process.env['PATH'] ?? ''}`
  const began = performance.now()
  const npm = startCommand('npm', ['start', '--', '--port', '0'], { cwd: root, detached: true, env: { PATH: path } })
  const signalGroup = (signal: NodeJS.Signals) => process.kill(-(npm.child.pid ?? 0), signal)
  toEnd.push(remove, () => {
    try {
      signalGroup('SIGKILL')
    } catch {
      // Nobody of the group is left.
    }
  })
  const url = await urlOf(npm)
  expect(performance.now() - began).toBeLessThan(15_000)

  const told = npm.out()
  expect(told).toContain(`metrics    ${url}/metrics`)
  expect(told).toContain(`curl -sS ${url}/v1/track`)
  expect(told).toMatch(/watching {3}\d+ events of 3 domains, \d+ SLOs, sources web \(http\), shop \(demo\)/)
  expect(told).toContain('rules/ (read again when they change)')
  expect((await fetch(`${url}/`)).status).toBe(200)
  expect(await (await fetch(`${url}/metrics`)).text()).toContain('assay_build_info')
  const curl = /send\s+(curl .*)\n/.exec(told)?.[1] ?? 'false'
  const sent = startCommand('sh', ['-c', `${curl} -w ' %{http_code}'`], { cwd: root })
  expect(await sent.ended).toBe(0)
  expect(sent.out()).toMatch(/ 200$/)

  const stopping = performance.now()
  signalGroup('SIGINT')
  expect(await npm.ended).toBe(0)
  expect(performance.now() - stopping).toBeLessThan(2_000)
  expect(npm.err()).toContain('stopped')
})

describe('Ctrl-C', () => {
  test('pressed once: what is open is ended, exit code 0', async () => {
    const { command, url } = await started()
    await slowRequest(url)
    const began = performance.now()
    command.child.kill('SIGINT')
    expect(await command.ended).toBe(0)
    expect(performance.now() - began).toBeLessThan(2_000)
  })

  test('SIGTERM is the same', async () => {
    const { command } = await started()
    command.child.kill('SIGTERM')
    expect(await command.ended).toBe(0)
  })

  test('told twice within a millisecond, as npm does: once', async () => {
    const { command, url } = await started()
    await slowRequest(url)
    command.child.kill('SIGINT')
    command.child.kill('SIGINT')
    expect(await command.ended).toBe(0)
    expect(command.err()).toContain('stopped')
  })

  test('pressed again while it takes its time: ends at once', async () => {
    const { command, url } = await started()
    await slowRequest(url)
    command.child.kill('SIGINT')
    await new Promise((resume) => setTimeout(resume, 600))
    expect(command.child.exitCode).toBeNull()
    const began = performance.now()
    command.child.kill('SIGINT')
    expect(await command.ended).toBe(130)
    expect(performance.now() - began).toBeLessThan(500)
  })
})
