import type { RoutesConfig } from '../alert/config.ts'
import type { Problem } from '../model/problem.ts'
import { type Document, type Path, problemAt } from './document.ts'
import type { AssayConfig, ContractConfig, DomainConfig, SloConfig } from './schema.ts'
import type { TableConfig } from './table-contract.ts'

/** A part of the configuration with where it stands. */
export interface Located<Value> {
  readonly value: Value
  /** The domain's folder it lies in; empty for what belongs to none. */
  readonly domain: string
  /** A problem at a path within the part. */
  readonly problem: (path: Path, message: string, severity?: Problem['severity'], atKey?: boolean) => Problem
}

/**
 * Names of parts that were written but couldn't be read: nothing that refers to them dangles. `all`: a file was so broken that
 * nobody knows what it named.
 */
export interface Unread {
  readonly names: ReadonlySet<string>
  readonly all: boolean
}

/** A configuration that has been read: each part is well-formed, but parts may not fit together yet. */
export interface Project {
  /** The folder above the configuration's: `alerts/` is looked for there and relative paths start there. */
  readonly root: string
  readonly configFile: string
  /** As the user would type it: `rules`. */
  readonly rulesFolder: string
  readonly assay: Located<AssayConfig>
  readonly domains: readonly Located<DomainConfig>[]
  readonly contracts: readonly Located<ContractConfig>[]
  readonly tables: readonly Located<TableConfig>[]
  readonly slos: readonly Located<SloConfig>[]
  readonly routes: Located<RoutesConfig>
  readonly unread: {
    readonly [part in 'domains' | 'events' | 'tables' | 'sources' | 'warehouses' | 'receivers']: Unread
  }
  /** Every file that was read, by path relative to the root, sorted: what the plan's hash is made from. */
  readonly texts: readonly { readonly file: string; readonly text: string }[]
  /** The calendars that `volume.holidays` names, by the path as written; null: it can't be read. */
  readonly calendars: ReadonlyMap<string, string | null>
  /** Whether a file exists below the root. */
  readonly exists: (path: string) => boolean
}

/** A part of a document, at the path where it stands in it. */
export function located<Value>(document: Document, value: Value, domain = '', above: Path = []): Located<Value> {
  return {
    value,
    domain,
    problem: (path, message, severity = 'error', atKey = false) =>
      problemAt(document, [...above, ...path], message, severity, atKey),
  }
}

/** The document below a path of another, with the places of that one. */
export function partOf(document: Document, above: Path, value: unknown): Document {
  return { file: document.file, value, at: (path, atKey) => document.at([...above, ...path], atKey) }
}
