import { readFileSync } from 'node:fs'
import { relative, sep } from 'node:path'
import type { z } from 'zod'
import type { Problem } from '../model/problem.ts'
import { type Document, parseDocuments, problemAt } from './document.ts'
import { entriesOf, note, type Noted } from './entries.ts'
import { withoutLater } from './later.ts'
import { type Located, located, partOf } from './project.ts'
import { readValue } from './read-value.ts'

/** Reads a project's YAML files, and keeps what is wrong with them and what they said. Nothing of it throws. */
export interface FileReader {
  /** A file's path as problems name it: from the project's folder on. */
  readonly name: (path: string) => string
  /** What is listed of a folder; where it can't be read nobody knows what stands in it. */
  readonly listed: (list: (folder: string) => string[], folder: string, into?: readonly Noted[]) => readonly string[]
  /** A file's documents; none where it can't be read. `needed`: what to say where it isn't there. */
  readonly read: (path: string, needed?: string) => readonly Document[]
  /** A document's value; null where it isn't what the schema wants. */
  readonly check: <Value>(document: Document, schema: z.ZodType<Value>) => Value | null
  /** A file that is one document. `lists`: what to remember the names of, should it be broken. */
  readonly whole: <Value>(
    path: string,
    schema: z.ZodType<Value>,
    lists: readonly (readonly [list: string, key: string, into: Noted])[],
    domain?: string,
    needed?: string,
  ) => Located<Value> | null
  /** A file of contracts, one a document or several in a list, added to `found`. */
  readonly contracts: <Value>(
    path: string,
    domain: string,
    schema: z.ZodType<Value>,
    names: readonly [list: string, key: string, into: Noted],
    found: Located<Value>[],
  ) => void
  /** What stands for a file that isn't there or is broken. */
  readonly blank: <Value>(path: string, schema: z.ZodType<Value>, value: object) => Located<Value>
  readonly warn: (path: string, message: string) => void
  readonly problems: Problem[]
  readonly texts: { readonly file: string; readonly text: string }[]
}

export function createFileReader(root: string): FileReader {
  const problems: Problem[] = []
  const texts: { file: string; text: string }[] = []
  const name = (path: string): string => relative(root, path).split(sep).join('/')

  return { name, listed, read, check, whole, contracts, blank, warn, problems, texts }

  function listed(list: (folder: string) => string[], folder: string, into: readonly Noted[] = []): readonly string[] {
    try {
      return list(folder)
    } catch (error) {
      const code = codeOf(error)
      const message = code === 'ENOTDIR' ? 'this must be a folder' : `the folder cannot be read (${code})`
      problems.push({ severity: 'error', file: name(folder), line: 1, column: 1, message })
      for (const one of into) one.all = true
      return []
    }
  }

  function contracts<Value>(
    path: string,
    domain: string,
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
        if (value !== null) found.push(located(part, value, domain))
        else note(into, entry, key)
      }
    }
  }

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
      const message = unreadable(codeOf(error), needed)
      problems.push({ severity: 'error', file: name(path), line: 1, column: 1, message })
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

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}

function unreadable(code: string, needed: string): string {
  if (code === 'ENOENT') return `there is no such file${needed}`
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'the file is not text in UTF-8'
  return `the file cannot be read (${code})`
}
