import type { Request } from 'express'
import { type Instant, isPlausibleArrival } from '../../model/time.ts'
import { answerable, type Span } from '../../store/read/spans.ts'
import { HttpProblem } from '../problems.ts'

const DEFAULT_LIMIT = 500
const MOST = 1_000
const DAY = 86_400_000
const ISO = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/

/** Which part of a list is asked for. */
export interface Paging {
  readonly limit: number
  /** The sort key of the last entry of the page before; null: from the start. */
  readonly after: readonly (string | number)[] | null
}

/** One page of a list; `next_cursor` null: it is the last. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly next_cursor: string | null
}

/** Reads `limit` (1 to 1,000, 500 by default) and `cursor`. Throws a 400 problem. */
export function pagingOf(request: Request): Paging {
  const limit = one(request, 'limit')
  const cursor = one(request, 'cursor')
  if (limit !== null && !(/^\d{1,6}$/.test(limit) && Number(limit) >= 1 && Number(limit) <= MOST)) {
    throw badParameter('limit', `is not a whole number from 1 to ${MOST}`)
  }
  return { limit: limit === null ? DEFAULT_LIMIT : Number(limit), after: cursor === null ? null : keyOf(cursor) }
}

export function cursorOf(key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url')
}

function keyOf(cursor: string): readonly (string | number)[] {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    const isPart = (part: unknown) => typeof part === 'string' || typeof part === 'number'
    if (Array.isArray(key) && key.length > 0 && key.length <= 2 && key.every(isPart)) return key
  } catch {
    // not one of ours: said below
  }
  throw badParameter('cursor', 'is not a next_cursor of an earlier answer')
}

/** The part of a list (sorted by name) that is asked for. */
export function pageByName<Item>(items: readonly Item[], nameOf: (item: Item) => string, paging: Paging): Page<Item> {
  const after = textAfter(paging)
  const rest = after === null ? items : items.filter((item) => nameOf(item) > after)
  const shown = rest.slice(0, paging.limit)
  const last = shown.at(-1)
  return {
    items: shown,
    next_cursor: last === undefined || rest.length === shown.length ? null : cursorOf([nameOf(last)]),
  }
}

/** The name that a list goes on after. Throws a 400 problem for the cursor of another list. */
function textAfter({ after }: Paging): string | null {
  if (after === null) return null
  const [name] = after
  if (after.length !== 1 || typeof name !== 'string') throw foreignCursor()
  return name
}

/** The instant and the id that a list goes on after. Throws a 400 problem for the cursor of another list. */
export function instantAfter({ after }: Paging): { readonly at: Instant; readonly id: string } | null {
  if (after === null) return null
  const [at, id] = after
  if (after.length !== 2 || typeof at !== 'number' || !Number.isSafeInteger(at) || typeof id !== 'string')
    throw foreignCursor()
  return { at, id }
}

function foreignCursor(): HttpProblem {
  return badParameter('cursor', 'is of another list')
}

/** Reads `since` and `until` (ISO 8601); by default the 24 hours before `now`. Throws a 400 problem. */
export function spanOf(request: Request, now: Instant): Span {
  const until = instant(request, 'until') ?? now
  const since = instant(request, 'since') ?? until - DAY
  if (since >= until) throw badParameter('since', 'is not before until')
  return answerable({ from: since, to: until }, now)
}

function instant(request: Request, name: string): Instant | null {
  const text = one(request, name)
  if (text === null) return null
  const at = ISO.test(text) ? Date.parse(text) : Number.NaN
  if (!isPlausibleArrival(at)) throw badParameter(name, 'is not an ISO 8601 time like 2026-10-05T14:00:00Z')
  return at
}

/** Reads a parameter that is one of a few words. Throws a 400 problem. */
export function choice<Word extends string>(request: Request, name: string, words: readonly [Word, ...Word[]]): Word {
  const text = one(request, name)
  if (text === null) return words[0]
  const word = words.find((candidate) => candidate === text)
  if (word === undefined) throw badParameter(name, `is not one of ${words.join(', ')}`)
  return word
}

/** A parameter's only value; null where it isn't there. */
export function one(request: Request, name: string): string | null {
  const value: unknown = request.query[name]
  if (value === undefined) return null
  if (typeof value !== 'string') throw badParameter(name, 'is given more than once')
  return value
}

function badParameter(name: string, what: string): HttpProblem {
  return new HttpProblem(400, 'Bad parameter', `The parameter "${name}" ${what}.`, { parameter: name })
}
