import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

/**
 * The folders of a folder, by name, without hidden ones; none where it isn't there. A link that leads nowhere was to lead to one.
 * Throws what the file system throws.
 */
export function foldersIn(folder: string): string[] {
  return entriesIn(folder, (entry) => entry.isDirectory() || entry.isSymbolicLink()).filter(
    (name) => statSync(join(folder, name), { throwIfNoEntry: false })?.isFile() !== true,
  )
}

/** The YAML files of a folder, by name. Throws what the file system throws. */
export function yamlFilesIn(folder: string): string[] {
  return entriesIn(folder, (entry) => !entry.isDirectory()).filter((name) => /\.ya?ml$/.test(name))
}

function entriesIn(
  folder: string,
  wanted: (entry: { isDirectory(): boolean; isSymbolicLink(): boolean }) => boolean,
): string[] {
  if (!existsSync(folder)) return []
  const entries = readdirSync(folder, { withFileTypes: true })
  return entries.flatMap((entry) => (!entry.name.startsWith('.') && wanted(entry) ? [entry.name] : [])).sort()
}

/**
 * The paths of all YAML files below a folder, sorted. Hidden folders aside: what Kubernetes mounts has each file a second time
 * in one, and editors keep copies there. Throws what the file system throws.
 */
export function yamlFilesBelow(folder: string): string[] {
  if (!existsSync(folder)) return []
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true })
  return entries
    .flatMap((entry) => {
      const path = join(entry.parentPath, entry.name)
      const isHidden = relative(folder, path)
        .split(sep)
        .some((part) => part.startsWith('.'))
      return !entry.isDirectory() && !isHidden && /\.ya?ml$/.test(entry.name) ? [path] : []
    })
    .sort()
}
