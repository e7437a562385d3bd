import { tableOfSource } from '../../model/subject.ts'
import type { Instant } from '../../model/time.ts'
import { TABLE_REASONS } from '../../model/verdict.ts'
import type { TableTrouble } from '../../store/read/table-troubles.ts'
import type { Standstills } from '../evaluate/about-assay.ts'

/** What is known of why tables stand still. A reason that waits for somebody to mend something stands in the verdicts themselves. */
export function standstillsOf(
  behind: ReadonlyMap<string, Instant>,
  troubles: ReadonlyMap<string, TableTrouble>,
): Standstills {
  return new Map(
    [...behind.keys()].flatMap((source) => {
      const trouble = troubles.get(tableOfSource(source) ?? '')
      if (trouble === undefined) return []
      const reason = TABLE_REASONS.find((known) => known === trouble.code) ?? ('ingest_behind' as const)
      const { message, remedy } = trouble
      const text = remedy === '' ? message : `${message} ${remedy.charAt(0).toUpperCase()}${remedy.slice(1)}`
      return [[source, { reason, text }] as const]
    }),
  )
}
