import type { ExitCode, Io } from './io.ts'
import { findNamed, unknownName } from './named.ts'
import { configured } from './project.ts'
import { statusOfAll } from './status-all.ts'
import { statusOfSlos } from './status-slos.ts'
import { openForReading } from './store.ts'

export interface StatusOptions {
  /** An SLO, an event (by name or slug) or a domain; null: everything. */
  readonly name: string | null
  readonly config: string
  readonly json: boolean
}

/** Prints what the store has of sources, SLOs and incidents; of a name, why its rules do or don't fire. 2: no such name. */
export async function status({ name, config, json }: StatusOptions, io: Io): Promise<ExitCode> {
  const configuration = configured(config, io)
  if (configuration === null) return 2
  const { project, plan } = configuration
  const named = name === null ? null : findNamed(plan, name)
  if (name !== null && named === null) {
    io.err(`assay: ${unknownName(plan, name)}\n`)
    return 2
  }
  const db = await openForReading(project, io)
  try {
    const answer = await (named === null ? statusOfAll(db, plan, io) : statusOfSlos(db, plan, named, io))
    io.out(json ? `${JSON.stringify(answer.document)}\n` : answer.text)
    return 0
  } finally {
    await db.close()
  }
}
