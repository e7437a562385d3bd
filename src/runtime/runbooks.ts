import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The text of a runbook by its path from `alerts/`, read anew each time: it is changed while it is needed. Null: there is none. */
export function readRunbook(root: string, path: string): string | null {
  if (!/^runbooks\/[A-Za-z0-9][A-Za-z0-9._-]*\.md$/.test(path)) return null
  try {
    return readFileSync(join(root, 'alerts', path), 'utf8')
  } catch {
    return null
  }
}
