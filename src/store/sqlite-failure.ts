import { Failure } from '../model/failure.ts'

interface SqliteError extends Error {
  readonly errcode: number
}

/** SQLite's primary result codes that mean broken infrastructure: https://sqlite.org/rescode.html */
const CODES: Readonly<Record<number, { code: string; retryable: boolean; what: string; remedy: string }>> = {
  3: {
    code: 'store_not_writable',
    retryable: false,
    what: 'cannot be written',
    remedy: 'give the user that runs Assay write access to the file and its folder',
  },
  5: {
    code: 'store_busy',
    retryable: true,
    what: 'is locked by another process',
    remedy: 'end the other program that writes to the file',
  },
  6: {
    code: 'store_busy',
    retryable: true,
    what: 'is locked by another connection',
    remedy: 'end the other program that writes to the file',
  },
  8: {
    code: 'store_not_writable',
    retryable: false,
    what: 'cannot be written',
    remedy: 'give the user that runs Assay write access to the file and its folder',
  },
  10: {
    code: 'store_io',
    retryable: true,
    what: 'cannot be read or written: the disk answers with an error',
    remedy: 'check the disk that holds the file: free space, quota, health',
  },
  11: {
    code: 'store_corrupt',
    retryable: false,
    what: 'is damaged',
    remedy: 'restore it from a backup, or move it away to start with an empty one',
  },
  13: {
    code: 'store_full',
    retryable: true,
    what: 'cannot grow: the disk is full',
    remedy: 'free space on the disk that holds the file; Assay goes on by itself',
  },
  14: {
    code: 'store_not_writable',
    retryable: false,
    what: 'cannot be opened',
    remedy: 'check that the path is a file in a folder that Assay may read and write',
  },
  15: {
    code: 'store_io',
    retryable: true,
    what: 'is locked in a way that its file system does not support',
    remedy: 'keep the file on a local disk',
  },
  26: {
    code: 'store_corrupt',
    retryable: false,
    what: 'is no SQLite database',
    remedy: 'name another path, or move the file away',
  },
}

/** What a full disk is called where there is no room to lay out the index of the write-ahead log: SQLITE_IOERR_SHMSIZE. */
const NO_ROOM_FOR_INDEX = 4874
const FULL = 13

export function isBusy(error: unknown): boolean {
  return isSqliteError(error) && (error.errcode & 0xff) === 5
}

/** What an error of SQLite means to the reader: a `Failure` for broken infrastructure, else the error as it is. */
export function sqliteFailure(error: unknown, path: string): unknown {
  if (!isSqliteError(error)) return error
  const known = CODES[error.errcode === NO_ROOM_FOR_INDEX ? FULL : error.errcode & 0xff]
  if (known === undefined) return error
  const { code, retryable, what, remedy } = known
  return new Failure(code, `The store ${path} ${what} (${error.message}).`, { retryable, remedy, cause: error })
}

function isSqliteError(error: unknown): error is SqliteError {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
}
