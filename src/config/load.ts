import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import type { z } from 'zod'
import { routesConfig } from '../alert/config.ts'
import type { Problem } from '../model/problem.ts'
import { type Document, type Path, parseDocuments, problemAt } from './document.ts'
import { withoutLater } from './later.ts'
import { byPlace } from './problem-order.ts'
import { type Located, located, type Project, partOf } from './project.ts'
import { readValue } from './read-value.ts'
import { assayConfig, contractConfig, domainConfig, sloConfig } from './schema.ts'
import { resolveSecretFiles } from './secret.ts'
import { tableConfig } from './table-contract.ts'

export type { Located, Project } from './project.ts'

/** Reads `assay.yaml` and everything beside it. All problems at once; a project where none of them is an error. */
export function loadProject(configFile: string): { project: Project | null; problems: readonly Problem[] } {
  const { project, problems } = readProject(configFile)
  return { project: problems.some(({ severity }) => severity === 'error') ? null : project, problems }
}

/** As `loadProject`, but with whatever could be read, so that what doesn't fit together is told in the same breath. */
export function readProject(configFile: string): { project: Project; problems: readonly Problem[] } {
  const file = resolve(configFile)
  const rules = dirname(file)
  const root = dirname(rules)
  const problems: Problem[] = []
  const texts: { file: string; text: string }[] = []
  const unread = {
    domains: noted(),
    events: noted(),
    sources: noted(),
    receivers: noted(),
    tables: noted(),
    warehouses: noted(),
  }
  const name = (path: string): string => relative(root, path).split(sep).join('/')

  const assay =
    whole(
      file,
      assayConfig,
      [
        ['sources', 'id', unread.sources],
        ['warehouses', 'id', unread.warehouses],
      ],
      '',
      ': --config names it',
    ) ?? blank(file, assayConfig, { version: 1 })
  const domains: Located<z.infer<typeof domainConfig>>[] = []
  const contracts: Located<z.infer<typeof contractConfig>>[] = []
  const tables: Located<z.infer<typeof tableConfig>>[] = []
  const slos: Located<z.infer<typeof sloConfig>>[] = []
  for (const folder of foldersIn(join(rules, 'domains'))) readDomain(join(rules, 'domains', folder), folder)
  const routesFile = join(root, 'alerts', 'routes.yaml')
  const routes = existsSync(routesFile)
    ? whole(routesFile, routesConfig, [['receivers', 'name', unread.receivers]])
    : null
  const project: Project = {
    root,
    configFile: file,
    rulesFolder: name(rules),
    assay: { ...assay, value: resolveSecretFiles(assay.value, root) },
    domains,
    contracts,
    tables,
    slos,
    routes: withSecrets(routes ?? blank(routesFile, routesConfig, {})),
    unread,
    calendars: readCalendars(),
    texts: texts.sort((a, b) => (a.file < b.file ? -1 : 1)),
    exists: (path) => existsSync(join(root, path)),
  }
  return { project, problems: problems.sort(byPlace) }

  function readCalendars(): Map<string, string | null> {
    const paths = assay.value.volume.holidays.flatMap((holiday) =>
      typeof holiday === 'object' && 'ical' in holiday ? [holiday.ical] : [],
    )
    return new Map(
      [...new Set(paths)].map((path): [string, string | null] => {
        try {
          const text = readFileSync(join(root, path), 'utf8')
          texts.push({ file: path, text })
          return [path, text]
        } catch {
          // Said where it is named, with the place.
          return [path, null]
        }
      }),
    )
  }

  function withSecrets<Value>(part: Located<Value>): Located<Value> {
    return { ...part, value: resolveSecretFiles(part.value, root) }
  }

  function readDomain(path: string, folder: string): void {
    const domainFile = join(path, 'domain.yaml')
    const needed = `: it says whose the domain is, for example { domain: ${folder}, owner: { team: NAME } }`
    const domain = whole(domainFile, domainConfig, [], folder, needed)
    if (domain === null) unread.domains.names.add(folder)
    else domains.push(domain)
    for (const contractFile of yamlFilesBelow(join(path, 'events'))) {
      readEntries(contractFile, folder, contractConfig, ['events', 'event', unread.events], contracts)
    }
    for (const tableFile of yamlFilesBelow(join(path, 'tables'))) {
      readEntries(tableFile, folder, tableConfig, ['tables', 'table', unread.tables], tables)
    }
    const slosFile = join(path, 'slos.yaml')
    if (existsSync(slosFile)) readSlos(slosFile, folder)
    for (const stray of yamlFilesIn(path)) {
      if (stray === 'domain.yaml' || stray === 'slos.yaml') continue
      warn(join(path, stray), 'nothing reads this file: contracts lie in events/ and tables/, SLOs in slos.yaml')
    }
  }

  /** A file of contracts: one a document, or several in a list. */
  function readEntries<Value>(
    path: string,
    folder: string,
    schema: z.ZodType<Value>,
    [list, key, into]: readonly [list: string, key: string, into: Noted],
    found: Located<Value>[],
  ): void {
    const documents = read(path)
    if (documents.length === 0) into.all = true
    for (const document of documents) {
      const [entries, above] = entriesOf(document.value, list)
      for (const [index, entry] of entries.entries()) {
        const part = partOf(document, above === null ? [] : [...above, index], entry)
        const value = check(part, schema)
        if (value !== null) found.push(located(part, value, folder))
        else note(into, entry, key)
      }
    }
  }

  function readSlos(path: string, folder: string): void {
    for (const document of read(path).slice(0, 1)) {
      const [entries, above] = entriesOf(document.value, 'slos')
      if (above === null) {
        const message = 'the document must be a map with "slos", a list'
        problems.push(problemAt(document, [], message))
        continue
      }
      for (const [index, entry] of entries.entries()) {
        const part = partOf(document, [...above, index], entry)
        const value = check(part, sloConfig)
        if (value !== null) slos.push(located(part, value, folder))
      }
      if (above.length === 0) continue
      for (const key of Object.keys(document.value as object)) {
        if (key === 'slos') continue
        problems.push(
          problemAt(document, [key], `unknown key "${key}": SLOs stand in a list under "slos"`, 'error', true),
        )
      }
    }
  }

  /** A file that is one document. `lists`: what to remember the names of, should it be broken. */
  function whole<Value>(
    path: string,
    schema: z.ZodType<Value>,
    lists: readonly (readonly [list: string, key: string, into: Noted])[],
    domain = '',
    needed = '',
  ): Located<Value> | null {
    const [document, second] = read(path, needed)
    if (second !== undefined) problems.push(problemAt(second, [], 'the file holds one document: remove the "---"'))
    const value = document === undefined ? null : check(document, schema)
    if (document !== undefined && value !== null) return located(document, value, domain)
    for (const [list, key, into] of lists) {
      const [entries] = entriesOf(document?.value, list)
      if (document === undefined) into.all = true
      for (const entry of entries) note(into, entry, key)
    }
    return null
  }

  function check<Value>(document: Document, schema: z.ZodType<Value>): Value | null {
    const later = withoutLater(document)
    problems.push(...later.problems)
    if (later.document === null) return null
    const { value, problems: wrong } = readValue(later.document, schema)
    problems.push(...wrong)
    return value
  }

  function read(path: string, needed = ''): readonly Document[] {
    try {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path))
      texts.push({ file: name(path), text })
      const parsed = parseDocuments(name(path), text)
      problems.push(...parsed.problems)
      return parsed.documents
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
      problems.push({ severity: 'error', file: name(path), line: 1, column: 1, message: unreadable(code, needed) })
      return []
    }
  }

  function warn(path: string, message: string): void {
    problems.push({ severity: 'warning', file: name(path), line: 1, column: 1, message })
  }

  function blank<Value>(path: string, schema: z.ZodType<Value>, value: object): Located<Value> {
    return located(
      { file: name(path), value, at: () => ({ file: name(path), line: 1, column: 1 }) },
      schema.parse(value),
    )
  }
}

interface Noted {
  readonly names: Set<string>
  all: boolean
}

function noted(): Noted {
  return { names: new Set(), all: false }
}

function note(into: Noted, entry: unknown, key: string): void {
  const written =
    typeof entry === 'object' && entry !== null && key in entry ? (entry as Record<string, unknown>)[key] : null
  if (typeof written === 'string') into.names.add(written)
  else into.all = true
}

/** A document that is a list, that has one under `key`, or that is a single entry itself (`above` is null). */
function entriesOf(value: unknown, key: string): [entries: readonly unknown[], above: Path | null] {
  if (Array.isArray(value)) return [value, []]
  const list = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
  return Array.isArray(list) ? [list, [key]] : [[value], null]
}

function unreadable(code: string, needed: string): string {
  if (code === 'ENOENT') return `there is no such file${needed}`
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'the file is not text in UTF-8'
  return `the file cannot be read (${code})`
}

function foldersIn(folder: string): string[] {
  return entriesIn(folder, (entry) => entry.isDirectory() || entry.isSymbolicLink())
}

function yamlFilesIn(folder: string): string[] {
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

function yamlFilesBelow(folder: string): string[] {
  if (!existsSync(folder)) return []
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true })
  return entries
    .flatMap((entry) =>
      !entry.isDirectory() && /^[^.].*\.ya?ml$/.test(entry.name) ? [join(entry.parentPath, entry.name)] : [],
    )
    .sort()
}
