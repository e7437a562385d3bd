import { Failure, wordsOf } from '../../../model/failure.ts'
import type { WarehouseReason } from '../warehouse.ts'

interface Kind {
  readonly code: WarehouseReason
  readonly retryable: boolean
  readonly what: string
  readonly remedy: string
}

const UNREACHABLE: Kind = {
  code: 'warehouse_unreachable',
  retryable: true,
  what: 'does not answer',
  remedy: 'check that it runs there and can be reached; Assay goes on by itself',
}
const DENIED: Kind = {
  code: 'permission_denied',
  retryable: false,
  what: 'refuses',
  remedy: 'grant its user usage on the schema and select on the table',
}

const TOOK_LONG: Kind = {
  code: 'warehouse_timeout',
  retryable: true,
  what: 'took longer than statement_timeout',
  remedy: 'index the arrival column (BRIN or B-tree), or raise statement_timeout',
}
/** A view that divides by zero, a damaged page, a value that can't be cast. */
const FAILED: Kind = {
  code: 'statement_failed',
  retryable: false,
  what: 'could not answer',
  remedy: 'run a count over the table by hand: what it says is what Assay got',
}

/** SQLSTATEs, or their first two characters: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const STATES: Readonly<Record<string, Kind>> = {
  '28': { ...DENIED, what: 'refuses the login', remedy: "check the user and the password in the warehouse's url" },
  '3D000': { ...UNREACHABLE, what: 'has no such database', remedy: "check the database in the warehouse's url" },
  '42501': DENIED,
  '42P01': {
    code: 'table_missing',
    retryable: false,
    what: 'has no such table',
    remedy: 'create it, or take its contract away',
  },
  '42703': {
    code: 'column_missing',
    retryable: false,
    what: 'has no such column',
    remedy: 'add it, or take it out of the contract',
  },
  '55P03': {
    code: 'warehouse_timeout',
    retryable: true,
    what: 'holds a lock on the table',
    remedy: 'end the session that holds it; Assay goes on by itself',
  },
  '57014': TOOK_LONG,
}
/** Classes of errors that are about the server, its room or its conflicts, and may pass. */
const PASSING = ['08', '25', '40', '53', '55', '57', '58']

/** What an error of the driver means: a `Failure` for a warehouse that can't be read, else the error as it is. Nothing of the url's user or password is in it. */
export function warehouseFailure(error: unknown, id: string, table: string | null): unknown {
  if (!(error instanceof Error) || error instanceof Failure) return error
  if (error instanceof TypeError || error instanceof RangeError) return error
  const state = 'code' in error && 'severity' in error ? String(error.code) : null
  const kind =
    error.message === 'Query read timeout'
      ? TOOK_LONG
      : state === null || PASSING.includes(state.slice(0, 2))
        ? (STATES[state ?? ''] ?? UNREACHABLE)
        : (STATES[state] ?? STATES[state.slice(0, 2)] ?? FAILED)
  const { code, retryable, what, remedy } = kind
  const about = table === null ? '' : `, table ${table}`
  return new Failure(code, `The warehouse ${id} ${what}${about} (${wordsOf(error)}).`, {
    retryable,
    remedy,
    cause: error,
  })
}

/** A url that no connection can be made from. The driver's error holds the whole url: nothing of it is passed on. */
export function urlFailure(error: unknown, id: string): Failure {
  const isFile = error instanceof Error && 'syscall' in error && 'code' in error
  const what = isFile
    ? `a certificate's file that its url names can't be read (${error.code})`
    : "its url can't be read"
  const remedy = isFile
    ? "check the paths in the warehouse's url, as this process sees them"
    : "write the warehouse's url as postgres://user:password@host:5432/database, with what is special in the password percent-encoded: %2F for /"
  return new Failure('warehouse_unreachable', `The warehouse ${id} can't be reached: ${what}.`, { remedy })
}
