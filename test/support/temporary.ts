import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder for one test file; it goes with the process at the latest. `file` names a new path in it each time. */
export interface TemporaryFolder {
  readonly path: string
  readonly file: (extension: string) => string
  readonly remove: () => void
}

const left = new Set<string>()
process.once('exit', () => left.forEach(removeFolder))

function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true })
  left.delete(path)
}

export function temporaryFolder(): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), 'assay-test-'))
  left.add(path)
  let files = 0
  return {
    path,
    file: (extension) => {
      files += 1
      return join(path, `${files}.${extension}`)
    },
    remove: () => removeFolder(path),
  }
}
