import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { temporaryFolder } from './temporary.ts'
import { until } from './until.ts'
import { THOROUGH } from './thorough.ts'

/** Whether tests with a real Prometheus are to be run: it is installed, or everything is required. */
export const hasPrometheus =
  ['prometheus', 'promtool'].every((program) => spawnSync(program, ['--version']).status === 0) || THOROUGH

/** One series of an answer. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>
  readonly value?: readonly [number, string]
  readonly values?: readonly (readonly [number, string])[]
}

/** A Prometheus of one's own. */
export interface PrometheusServer {
  readonly url: string
  /** What it knows of an address of its API, below `/api/v1/`; throws what it says is wrong with the question. */
  readonly ask: (path: string, parameters?: Readonly<Record<string, string>>) => Promise<unknown>
  readonly query: (expr: string) => Promise<readonly Series[]>
  /** Of the last `seconds`, in steps of one. */
  readonly queryRange: (expr: string, seconds: number) => Promise<readonly Series[]>
  readonly stop: () => Promise<void>
}

/** Starts one that scrapes `target` (host:port) each second as job `assay`, and waits until it has scraped twice. */
export async function startPrometheus(
  target: string,
  { ruleFiles = [], scrapes = 3 }: { readonly ruleFiles?: readonly string[]; readonly scrapes?: number } = {},
): Promise<PrometheusServer> {
  const folder = temporaryFolder()
  const port = await freePort()
  const config = join(folder.path, 'prometheus.yml')
  mkdirSync(join(folder.path, 'data'))
  // JSON is YAML.
  writeFileSync(
    config,
    JSON.stringify({
      global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
      rule_files: ruleFiles,
      scrape_configs: [{ job_name: 'assay', static_configs: [{ targets: [target] }] }],
    }),
  )
  const child = spawn(
    'prometheus',
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder.path, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  endWith(process.pid, child.pid ?? 0, folder.path)
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
  }
  const ended = new Promise<void>((done) => child.once('close', () => done()))
  const url = `http://127.0.0.1:${port}`

  async function ask(path: string, parameters: Readonly<Record<string, string>> = {}): Promise<unknown> {
    const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(parameters)}`)
    const answer = (await response.json()) as { status: string; data: unknown; error?: string }
    if (answer.status !== 'success') throw new Error(`${JSON.stringify(parameters)}: ${answer.error}`)
    return answer.data
  }
  const series = (answer: unknown): readonly Series[] => (answer as { result: readonly Series[] }).result
  const server: PrometheusServer = {
    url,
    ask,
    query: async (query) => series(await ask('query', { query })),
    queryRange: async (query, seconds) => {
      const end = Math.floor(Date.now() / 1_000)
      return series(await ask('query_range', { query, start: String(end - seconds), end: String(end), step: '1' }))
    },
    stop: async () => {
      child.kill('SIGTERM')
      await ended
      folder.remove()
    },
  }
  try {
    await until('Prometheus to have scraped', async () => {
      if (child.exitCode !== null) throw new Error(`Prometheus ended: ${said}`)
      const found = await server.query(`count_over_time(up{job="assay"}[1m])`).catch(() => [])
      return Number(found[0]?.value?.[1] ?? 0) >= scrapes
    })
  } catch (error) {
    await server.stop()
    throw error
  }
  return server
}

/** A small shell outlives even a test that is killed, and ends its Prometheus after it. */
function endWith(user: number, server: number, folder: string): void {
  const script = `
    while kill -0 ${user} 2>/dev/null && kill -0 ${server} 2>/dev/null; do sleep 0.5; done
    kill -0 ${user} 2>/dev/null || { kill ${server} 2>/dev/null; sleep 1; rm -rf '${folder}'; }`
  spawn('sh', ['-c', script], { detached: true, stdio: 'ignore' }).unref()
}
