import { glob, readdir, realpath, stat } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'

/** A file as it stands now. */
export interface FoundFile {
  /** From the project's folder, with `/`: the name of its partition. */
  readonly path: string
  readonly absolute: string
  readonly size: number
  /** Which file the path names: another number, another file. */
  readonly inode: number
  readonly changedAt: number
}

export interface Scan {
  /** Sorted by path, each once, by whatever links it is found a second time. */
  readonly files: readonly FoundFile[]
  /** What couldn't be looked at, and why. */
  readonly problems: readonly string[]
}

/** In a folder these are archives; whatever else lies there isn't meant. */
const ARCHIVES = /\.(gz|json|ndjson)$/i

/** The files that paths name: files, folders (every archive below) and glob patterns, from `root` on. */
export async function scanFiles(root: string, paths: readonly string[]): Promise<Scan> {
  const files = new Map<string, FoundFile>()
  const byInode = new Map<number, FoundFile[]>()
  const problems: string[] = []

  async function add(absolute: string): Promise<void> {
    const path = relative(root, absolute).split(sep).join('/')
    if (files.has(path)) return
    try {
      const is = await stat(absolute)
      if (!is.isFile()) return
      const file = { path, absolute, size: is.size, inode: is.ino, changedAt: is.mtimeMs }
      const alike = byInode.get(file.inode) ?? []
      for (const other of alike) {
        const left = await second(file, other)
        if (left === file) return
        if (left === other) files.delete(other.path)
      }
      byInode.set(file.inode, [...alike.filter((other) => files.has(other.path)), file])
      files.set(path, file)
    } catch (error) {
      // Round and round by a link to a folder above: it has been found on a shorter way.
      if (error instanceof Error && 'code' in error && error.code === 'ELOOP') return
      problems.push(inWords(path, error))
    }
  }

  for (const path of paths) {
    const absolute = resolve(root, path)
    try {
      for await (const file of await named(root, path, absolute)) await add(file)
    } catch (error) {
      problems.push(inWords(path, error))
    }
  }
  return { files: [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1)), problems }
}

/**
 * Which of two paths to one file isn't needed, such as `latest.ndjson` beside what it leads to: the one with a link, else the
 * longer, else the second by name. Null: they are two files, since an inode's number alone isn't a file's everywhere.
 */
async function second(a: FoundFile, b: FoundFile): Promise<FoundFile | null> {
  const [real, other] = [await realpath(a.absolute), await realpath(b.absolute)]
  if (real !== other) return null
  if (real === a.absolute) return b
  if (real === b.absolute) return a
  return a.path.length > b.path.length || (a.path.length === b.path.length && a.path > b.path) ? a : b
}

/** A path that exists is meant as it stands, brackets and all. */
async function named(root: string, path: string, absolute: string): Promise<Iterable<string> | AsyncIterable<string>> {
  const kind = await kindOf(absolute)
  if (kind === 'file') return [absolute]
  if (kind === 'folder') {
    const entries = await readdir(absolute, { recursive: true })
    return entries.filter((entry) => ARCHIVES.test(entry)).map((entry) => join(absolute, entry))
  }
  return matching(root, path)
}

async function* matching(root: string, pattern: string): AsyncGenerator<string> {
  for await (const match of glob(pattern, { cwd: root })) {
    const absolute = isAbsolute(match) ? match : join(root, match)
    if ((await kindOf(absolute)) === 'folder') yield* await named(root, match, absolute)
    else yield absolute
  }
}

async function kindOf(absolute: string): Promise<'file' | 'folder' | 'none'> {
  try {
    const is = await stat(absolute)
    return is.isDirectory() ? 'folder' : 'file'
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return 'none'
    throw error
  }
}

/** `data/a.ndjson can't be read: permission denied`. */
export function inWords(path: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const why = REASONS[code] ?? (error instanceof Error ? error.message : String(error))
  return `${path} can't be read: ${why}`
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'it is gone',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  EIO: 'the disk reports an error',
}
