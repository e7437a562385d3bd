import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder for one test file. `file` names a new path in it each time. */
export interface TemporaryFolder {
  readonly path: string
  readonly file: (extension: string) => string
  readonly remove: () => void
}

export function temporaryFolder(): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), 'assay-test-'))
  let files = 0
  return {
    path,
    file: (extension) => {
      files += 1
      return join(path, `${files}.${extension}`)
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
}
