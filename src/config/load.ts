import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { z } from 'zod'
import { routesConfig } from '../alert/config.ts'
import type { Problem } from '../model/problem.ts'
import { problemAt } from './document.ts'
import { entriesOf, noted } from './entries.ts'
import { createFileReader } from './file-reader.ts'
import { byPlace } from './problem-order.ts'
import { type Located, located, type Project, partOf } from './project.ts'
import { assayConfig, contractConfig, domainConfig, sloConfig } from './schema.ts'
import { resolveSecretFiles } from './secret.ts'
import { tableConfig } from './table-contract.ts'
import { foldersIn, yamlFilesBelow, yamlFilesIn } from './yaml-files.ts'

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
  const files = createFileReader(root)
  const { name, listed, read, check, whole, contracts: readContracts, blank, warn, problems, texts } = files
  const unread = {
    domains: noted(),
    events: noted(),
    sources: noted(),
    receivers: noted(),
    tables: noted(),
    warehouses: noted(),
  }

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
  const domainsFolder = join(rules, 'domains')
  for (const folder of listed(foldersIn, domainsFolder, [unread.domains, unread.events, unread.tables])) {
    readDomain(join(domainsFolder, folder), folder)
  }
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
    for (const contractFile of listed(yamlFilesBelow, join(path, 'events'), [unread.events])) {
      readContracts(contractFile, folder, contractConfig, ['events', 'event', unread.events], contracts)
    }
    for (const tableFile of listed(yamlFilesBelow, join(path, 'tables'), [unread.tables])) {
      readContracts(tableFile, folder, tableConfig, ['tables', 'table', unread.tables], tables)
    }
    const slosFile = join(path, 'slos.yaml')
    if (existsSync(slosFile)) readSlos(slosFile, folder)
    for (const stray of listed(yamlFilesIn, path)) {
      if (stray === 'domain.yaml' || stray === 'slos.yaml') continue
      warn(join(path, stray), 'nothing reads this file: contracts lie in events/ and tables/, SLOs in slos.yaml')
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
}
