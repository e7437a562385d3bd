import { isAlias, isCollection, isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseAllDocuments } from 'yaml'
import type { Problem } from '../model/problem.ts'
import { unfolded } from './unfolded.ts'

/** Larger files and more complaints than anyone wants. */
const MOST_CHARACTERS = 5_000_000
const MOST_PROBLEMS = 20

/** From the top of a document: keys and indexes. */
export type Path = readonly PropertyKey[]

export interface Position {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** One YAML document with the places of its nodes. */
export interface Document {
  /** Relative to the project's folder. */
  readonly file: string
  readonly value: unknown
  /** Where a node stands, or the nearest one above it; with `atKey`, where its key does. */
  readonly at: (path: Path, atKey?: boolean) => Position
}

/** A problem at a node of a document. */
export function problemAt(
  document: Document,
  path: Path,
  message: string,
  severity: Problem['severity'] = 'error',
  atKey = false,
): Problem {
  return { severity, ...document.at(path, atKey), message }
}

/**
 * The documents in a file's text, and what is wrong with it as YAML. Keys stand once, merges (`<<`) are followed, aliases are
 * few and never lead round in a circle. Never throws, whatever the text.
 */
export function parseDocuments(file: string, text: string): { documents: Document[]; problems: Problem[] } {
  const lines = new LineCounter()
  const problems: Problem[] = []
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(1, line), column: Math.max(1, col) }
  }
  const say = (offset: number, message: string): void => {
    if (problems.length < MOST_PROBLEMS) problems.push({ severity: 'error', ...position(offset), message })
  }
  if (text.length > MOST_CHARACTERS) {
    say(0, `the file is larger than ${MOST_CHARACTERS / 1e6} MB: split it`)
    return { documents: [], problems }
  }
  const parsed = parseAllDocuments(text.replace(/^\ufeff/, ''), {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'silent',
    merge: true,
    // Comparing each key with each other takes seconds for a map of ten thousand: looked for below.
    uniqueKeys: false,
  })
  const documents: Document[] = []
  for (const document of 'empty' in parsed ? [] : parsed) {
    const [first] = document.errors
    for (const { code, message, pos } of first?.code === 'RESOURCE_EXHAUSTION' ? [first] : document.errors) {
      say(pos[0], yamlMessage(code, message))
    }
    if (first !== undefined) continue
    const twice = repeatedKeys(document.contents)
    for (const { offset, key } of twice) say(offset, `the key "${key}" stands twice in the same map: keep one of them`)
    const { contents } = document
    const start = contents?.range[0] ?? 0
    const value = unfolded(document)
    if ('refused' in value) say(value.at ?? start, value.refused)
    else if (value.is === null || value.is === undefined) say(start, EMPTY)
    else if (twice.length === 0) {
      documents.push({ file, value: value.is, at: (path, atKey = false) => position(offsetOf(contents, path, atKey)) })
    }
  }
  if (documents.length === 0 && problems.length === 0) say(0, EMPTY)
  return { documents, problems }
}

const EMPTY = 'there is nothing here: write it, or remove the file'

function yamlMessage(code: string, message: string): string {
  switch (code) {
    case 'TAB_AS_INDENT':
      return 'a tab indents this line: YAML takes spaces only'
    case 'RESOURCE_EXHAUSTION':
      return 'this is nested deeper than can be read'
    default:
      return `not valid YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`
  }
}

function repeatedKeys(root: ParsedNode | null): { offset: number; key: string }[] {
  const found: { offset: number; key: string }[] = []
  const waiting: unknown[] = [root]
  while (waiting.length > 0) {
    const node = waiting.pop()
    // One by one: a list of a hundred thousand is more arguments than a call takes.
    if (isSeq(node)) for (const item of node.items) waiting.push(item)
    if (!isMap(node)) continue
    const keys = new Set<string>()
    for (const { key, value } of node.items) {
      if (value !== null) waiting.push(value)
      // A merge key is a symbol, and may stand more than once.
      if (!isScalar(key) || typeof key.value === 'symbol') continue
      const name = String(key.value)
      if (keys.has(name)) found.push({ offset: key.range?.[0] ?? 0, key: name })
      keys.add(name)
    }
  }
  return found.sort((a, b) => a.offset - b.offset)
}

function offsetOf(root: ParsedNode | null, path: Path, atKey: boolean): number {
  let node: unknown = root
  let offset = root?.range[0] ?? 0
  for (const [index, step] of path.entries()) {
    if (isAlias(node) || !isCollection(node)) return offset
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
      if (pair === undefined) return offset
      const last = index === path.length - 1
      offset = (last && atKey ? null : startOf(pair.value)) ?? startOf(pair.key) ?? offset
      node = pair.value
    } else if (isSeq(node)) {
      const item = node.items[Number(step)]
      if (item === undefined) return offset
      offset = startOf(item) ?? offset
      node = item
    }
  }
  return offset
}

function startOf(node: unknown): number | null {
  return isScalar(node) || isCollection(node) || isAlias(node) ? (node.range?.[0] ?? null) : null
}
