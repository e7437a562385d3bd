import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Failure } from '../model/failure.ts'
import { DAEMON_NOTE, type DaemonNote } from '../runtime/daemon.ts'
import { storeConfigOf } from '../runtime/secrets.ts'
import { readNote } from '../store/notes.ts'
import { openStore } from '../store/open.ts'
import type { ExitCode, Io } from './io.ts'
import { configured } from './project.ts'

/** How long the daemon may take to read its configuration. */
const PATIENCE_MS = 10_000

/** Has the running daemon read its configuration again and says what came of it. 2: it is bad, and the daemon kept the old one. */
export async function reload({ config }: { readonly config: string }, io: Io): Promise<ExitCode> {
  const configuration = configured(config, io)
  if (configuration === null) return 2
  const { project } = configuration
  const db = await openStore(storeConfigOf(project.assay.value.store, project.root, io.env, resolve), {
    readOnly: true,
  })
  try {
    const before = await readNote<DaemonNote>(db, DAEMON_NOTE)
    if (before === null || !isAlive(before)) {
      throw new Failure('not_running', 'No Assay runs on this store on this machine.', {
        remedy: 'Start it with `assay run`; it reads its rules by itself when they change.',
      })
    }
    process.kill(before.pid, 'SIGHUP')
    const deadline = performance.now() + PATIENCE_MS
    while (performance.now() < deadline) {
      const now = await readNote<DaemonNote>(db, DAEMON_NOTE)
      const result = now?.reload ?? null
      if (result !== null && result.at !== before.reload?.at) {
        for (const problem of result.problems) (result.ok ? io.out : io.err)(`${problem}\n`)
        io.out(
          result.ok ? 'The configuration was read again and is in force.\n' : 'The old configuration stays in force.\n',
        )
        return result.ok ? 0 : 2
      }
      await pause(50)
    }
    throw new Failure(
      'no_answer',
      'Assay was told to read its configuration again, and has not said what came of it.',
      { remedy: 'Look at its log.' },
    )
  } finally {
    await db.close()
  }
}

function isAlive({ pid, host }: DaemonNote): boolean {
  if (host !== hostname()) return false
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
