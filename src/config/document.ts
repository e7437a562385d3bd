import { isMap, isPair, isScalar, isSeq, LineCounter, type Node, type ParsedNode, parseAllDocuments } from 'yaml'
import type { Problem } from '../model/problem.ts'

/** Larger files, more aliases and deeper nesting than anyone writes by hand. */
const MOST_CHARACTERS = 5_000_000
const MOST_ALIASES = 100
const MOST_LEVELS = 100

export type Path = readonly PropertyKey[]

/** One YAML document with the places of its nodes. */
export interface Document {
  /** Relative to the project's folder. */
  readonly file: string
  readonly value: unknown
  /** Where a node stands, or the nearest one above it; with `atKey`, where its key does. */
  readonly at: (
    path: Path,
    atKey?: boolean,
  ) => { readonly file: string; readonly line: number; readonly column: number }
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

/** The documents in a file's text, and what is wrong with it as YAML. Never throws, whatever the text. */
export function parseDocuments(file: string, text: string): { documents: Document[]; problems: Problem[] } {
  const whole = (message: string): { documents: Document[]; problems: Problem[] } => ({
    documents: [],
    problems: [{ severity: 'error', file, line: 1, column: 1, message }],
  })
  if (text.length > MOST_CHARACTERS) return whole(`the file is larger than ${MOST_CHARACTERS / 1e6} MB: split it`)
  if (isDeeperThan(text, MOST_LEVELS)) return whole(`the file is nested deeper than ${MOST_LEVELS} levels`)
  const lines = new LineCounter()
  const problems: Problem[] = []
  const documents: Document[] = []
  const parsed = parseAllDocuments(text.replace(/^\ufeff/, ''), {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
  })
  if ('empty' in parsed) return whole('the file is empty')
  for (const document of parsed) {
    for (const error of document.errors) {
      const { line, col } = lines.linePos(error.pos[0])
      problems.push({
        severity: 'error',
        file,
        line: Math.max(1, line),
        column: Math.max(1, col),
        message: yamlMessage(error.code, error.message),
      })
    }
    if (document.errors.length > 0) continue
    let value: unknown
    try {
      value = document.toJS({ maxAliasCount: MOST_ALIASES })
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      problems.push({
        severity: 'error',
        file,
        line: 1,
        column: 1,
        message: `${message}: write it out, without so many aliases`,
      })
      continue
    }
    documents.push({
      file,
      value,
      at: (path, atKey = false) => {
        const offset = offsetOf(document.contents, path, atKey)
        const { line, col } = lines.linePos(offset)
        return { file, line: Math.max(1, line), column: Math.max(1, col) }
      },
    })
  }
  return { documents, problems }
}

function yamlMessage(code: string, message: string): string {
  switch (code) {
    case 'DUPLICATE_KEY':
      return 'this key stands twice: keep one of them'
    case 'TAB_AS_INDENT':
      return 'a tab indents this line: YAML takes spaces only'
    default:
      return `not valid YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`
  }
}

function offsetOf(root: ParsedNode | null, path: Path, atKey: boolean): number {
  let node: Node | null = root
  let offset = root?.range?.[0] ?? 0
  for (const [index, step] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step),
      )
      if (pair === undefined) return offset
      const key = pair.key as Node
      const value = pair.value as Node | null
      const last = index === path.length - 1
      offset = (last && atKey ? key.range?.[0] : (value?.range?.[0] ?? key.range?.[0])) ?? offset
      node = value
    } else if (isSeq(node)) {
      const item = node.items[Number(step)] as Node | undefined
      if (item === undefined) return offset
      offset = item.range?.[0] ?? offset
      node = item
    } else return offset
  }
  return offset
}

/** Whether brackets or indentation nest deeper than this: parsing such a text takes more stack than there is. */
function isDeeperThan(text: string, levels: number): boolean {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x7b || code === 0x5b) depth += 1
    else if (code === 0x7d || code === 0x5d) depth = Math.max(0, depth - 1)
    if (depth > levels) return true
  }
  return /(^|\n)(?:[ -]{2}){300}/.test(text) || /(?:- ){100}/.test(text)
}
