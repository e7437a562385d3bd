import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import type { z } from 'zod'
import { routesConfig } from '../alert/config.ts'
import type { Problem } from '../model/problem.ts'
import { type Document, parseDocuments, problemAt } from './document.ts'
import { laterVersions } from './later.ts'
import { readDocument } from './problems.ts'
import { type Located, located, type Project } from './project.ts'
import { assayConfig, contractConfig, domainConfig, slosConfig } from './schema.ts'

export type { Located, Project } from './project.ts'

/** Reads `assay.yaml` and everything beside it. All problems at once; a project where none of them is an error. */
export function loadProject(configFile: string): { project: Project | null; problems: readonly Problem[] } {
  const file = resolve(configFile)
  const rules = dirname(file)
  const root = dirname(rules)
  const problems: Problem[] = []
  const texts: { file: string; text: string }[] = []
  const name = (path: string): string => relative(root, path).split(sep).join('/')

  function read(path: string): readonly Document[] {
    try {
      const text = readFileSync(path, 'utf8')
      texts.push({ file: name(path), text })
      const parsed = parseDocuments(name(path), text)
      problems.push(...parsed.problems)
      return parsed.documents
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
      const message = code === 'ENOENT' ? 'there is no such file' : `the file cannot be read (${code})`
      problems.push({ severity: 'error', file: name(path), line: 1, column: 1, message })
      return []
    }
  }

  function one<Value>(path: string, schema: z.ZodType<Value>, domain = ''): Located<Value> | null {
    const [document, second] = read(path)
    if (document === undefined) return null
    if (second !== undefined) problems.push(problemAt(second, [], 'this file holds one document: remove the "---"'))
    const found = laterVersions(document)
    problems.push(...found.problems)
    const { value, problems: wrong } = readDocument(found.document, schema)
    problems.push(...wrong)
    return value === null ? null : located(document, value, domain)
  }

  const assay = one(file, assayConfig)
  const domains: Project['domains'][number][] = []
  const contracts: Project['contracts'][number][] = []
  const slos: Project['slos'][number][] = []
  for (const folder of foldersIn(join(rules, 'domains'))) {
    const domainFolder = join(rules, 'domains', folder)
    const domain = one(join(domainFolder, 'domain.yaml'), domainConfig, folder)
    if (domain !== null) domains.push(domain)
    for (const path of yamlFilesBelow(join(domainFolder, 'events'))) {
      for (const document of read(path)) {
        const [entries, above] = contractsIn(document)
        for (const [index, entry] of entries.entries()) {
          const prefix = above === null ? [] : [...above, index]
          const part: Document = {
            ...document,
            value: entry,
            at: (inner, atKey) => document.at([...prefix, ...inner], atKey),
          }
          const { value, problems: wrong } = readDocument(part, contractConfig)
          problems.push(...wrong)
          if (value !== null) contracts.push(located(part, value, folder))
        }
      }
    }
    for (const path of yamlFilesBelow(join(domainFolder, 'tables'))) {
      problems.push({
        severity: 'warning',
        file: name(path),
        line: 1,
        column: 1,
        message: 'table contracts are not in this version: the file is ignored',
      })
    }
    const slosFile = join(domainFolder, 'slos.yaml')
    if (!existsSync(slosFile)) continue
    const list = one(slosFile, slosConfig, folder)
    list?.value.slos.forEach((value, index) => {
      slos.push({ value, domain: folder, problem: (path, ...rest) => list.problem(['slos', index, ...path], ...rest) })
    })
  }
  const routes = readRoutes(join(root, 'alerts', 'routes.yaml'))
  if (assay === null || routes === null || problems.some(({ severity }) => severity === 'error'))
    return { project: null, problems: sorted(problems) }
  const project: Project = {
    root,
    configFile: file,
    rulesFolder: name(rules),
    assay,
    domains,
    contracts,
    slos,
    routes,
    texts: texts.sort((a, b) => (a.file < b.file ? -1 : 1)),
    exists: (path) => existsSync(join(root, path)),
  }
  return { project, problems: sorted(problems) }

  function readRoutes(path: string): Project['routes'] | null {
    if (existsSync(path)) return one(path, routesConfig)
    const document: Document = { file: name(path), value: {}, at: () => ({ file: name(path), line: 1, column: 1 }) }
    return located(document, routesConfig.parse({}))
  }
}

/** A file holds one contract, a list of them, or `events:` with a list. */
function contractsIn(document: Document): [entries: readonly unknown[], above: readonly string[] | null] {
  const { value } = document
  if (Array.isArray(value)) return [value, []]
  if (
    typeof value === 'object' &&
    value !== null &&
    'events' in value &&
    Array.isArray(value.events) &&
    !('event' in value)
  ) {
    return [value.events, ['events']]
  }
  return [[value], null]
}

function foldersIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  const entries = readdirSync(folder, { withFileTypes: true })
  return entries.flatMap((entry) => (entry.isDirectory() && !entry.name.startsWith('.') ? [entry.name] : [])).sort()
}

function yamlFilesBelow(folder: string): string[] {
  if (!existsSync(folder)) return []
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true })
  return entries
    .flatMap((entry) =>
      entry.isFile() && /^[^.].*\.ya?ml$/.test(entry.name) ? [join(entry.parentPath, entry.name)] : [],
    )
    .sort()
}

/** By file, then line: as a reader goes through them. */
function sorted(problems: readonly Problem[]): Problem[] {
  return [...problems].sort((a, b) =>
    a.file === b.file ? a.line - b.line || a.column - b.column : a.file < b.file ? -1 : 1,
  )
}
