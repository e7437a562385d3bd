import { Failure, wordsOf } from '../model/failure.ts'

interface Kind {
  readonly code: string
  readonly retryable: boolean
  readonly what: string
  readonly remedy: string
}

const UNREACHABLE: Kind = {
  code: 'store_unreachable',
  retryable: true,
  what: 'does not answer',
  remedy: 'check that Postgres runs there and can be reached; Assay goes on by itself',
}

/** SQLSTATEs, or their first two characters, that mean broken infrastructure: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const STATES: Readonly<Record<string, Kind>> = {
  '08': UNREACHABLE,
  '25006': {
    ...UNREACHABLE,
    code: 'store_read_only',
    what: 'takes no writes now',
    remedy: 'point Assay to the primary server',
  },
  '28': {
    code: 'store_denied',
    retryable: false,
    what: 'refuses the login',
    remedy: "check the user and the password in the store's url",
  },
  '3D000': {
    code: 'store_missing',
    retryable: false,
    what: 'has no such database',
    remedy: 'create the database; Assay makes its tables itself',
  },
  '40': {
    code: 'store_conflict',
    retryable: true,
    what: 'ended a transaction that collided with another',
    remedy: 'none needed: it is tried again',
  },
  '42501': {
    code: 'store_denied',
    retryable: false,
    what: 'refuses the statement',
    remedy: 'let the user create tables in its schema, and own them',
  },
  '53': {
    code: 'store_full',
    retryable: true,
    what: 'has run out of disk, memory or connections',
    remedy: 'give the server room; Assay goes on by itself',
  },
  '55P03': {
    code: 'store_busy',
    retryable: true,
    what: 'holds a lock that Assay waits for',
    remedy: 'end the session that holds it',
  },
  '57014': { code: 'store_timeout', retryable: true, what: 'took too long', remedy: 'look at the load of the server' },
  '57': UNREACHABLE,
  '58': {
    code: 'store_io',
    retryable: true,
    what: 'reports an error of its system',
    remedy: "look at the server's log",
  },
  XX001: {
    code: 'store_corrupt',
    retryable: false,
    what: 'reports damaged data',
    remedy: 'restore the database from a backup',
  },
}

/**
 * What an error of the driver means to the reader: a `Failure` for broken infrastructure, else the error as it is.
 * An error without an SQLSTATE comes from the connection. `where` names the server without its password.
 */
export function postgresFailure(error: unknown, where: string): unknown {
  if (!(error instanceof Error) || error instanceof Failure) return error
  const state = 'code' in error && 'severity' in error ? String(error.code) : null
  const kind = state === null ? UNREACHABLE : (STATES[state] ?? STATES[state.slice(0, 2)])
  if (kind === undefined) return error
  const { code, retryable, what, remedy } = kind
  return new Failure(code, `The store at ${where} ${what} (${wordsOf(error)}).`, { retryable, remedy, cause: error })
}

/** Whether the connection itself may be gone, so that it must not be used again. */
export function isLost(error: unknown): boolean {
  return (
    error instanceof Failure && ['store_unreachable', 'store_timeout', 'store_io', 'store_corrupt'].includes(error.code)
  )
}
