import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'

/** One thing to read payloads from. */
export interface Input {
  /** As the user would name it; `-`: standard input. */
  readonly name: string
  /** Empty for standard input. */
  readonly path: string
}

/** The files that arguments name. A folder means every file below it, but for hidden ones; `-` is standard input. */
export function findInputs(
  args: readonly string[],
  cwd: string,
): { readonly inputs: readonly Input[]; readonly problems: readonly string[] } {
  const inputs = new Map<string, Input>()
  const problems: string[] = []
  for (const name of args) {
    if (name === '-') {
      inputs.set('-', { name, path: '' })
      continue
    }
    const path = resolve(cwd, name)
    try {
      const found = statSync(path, { throwIfNoEntry: false })
      const below = found?.isDirectory() === true ? filesBelow(path) : null
      if (found === undefined) problems.push(`there is no file ${name}`)
      else if (below === null) inputs.set(path, { name, path })
      else if (below.length === 0) problems.push(`the folder ${name} holds no file`)
      else for (const file of below) inputs.set(join(path, file), { name: join(name, file), path: join(path, file) })
    } catch (error) {
      problems.push(`${name} can't be read (${error instanceof Error && 'code' in error ? error.code : error})`)
    }
  }
  return { inputs: [...inputs.values()], problems }
}

function filesBelow(folder: string): string[] {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true })
    .flatMap((entry) => {
      const path = join(entry.parentPath, entry.name)
      return entry.isFile() || (entry.isSymbolicLink() && !isFolder(path)) ? [relative(folder, path)] : []
    })
    .filter((path) => !path.split(sep).some((part) => part.startsWith('.')))
    .sort()
  // `latest.ndjson` is often a link to a file beside it, and a link to a folder may lead back to where it stands.
  const once = new Map<string, string>()
  for (const path of found) {
    const real = realPath(join(folder, path))
    if (!once.has(real) || join(folder, path) === real) once.set(real, path)
  }
  return [...once.values()].sort()
}

/** A link that leads in a circle is one: what is in it has been found on a shorter way. */
function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ELOOP') return true
    throw error
  }
}

/** A link that leads nowhere stands for itself: that it can't be read is said when it is its turn. */
function realPath(path: string): string {
  return existsSync(path) ? realpathSync(path) : path
}
