import { storable } from '../../model/storable.ts'
import { below, type Classified, classesOf, classHere } from './classes.ts'
import { type KeyMeaning, meaningOf } from './private-keys.ts'
import { redactText, redactVersion } from './redact-text.ts'

const MOST_LEVELS = 8
const MOST_ELEMENTS = 20
const MOST_KEYS = 100
const MOST_CHARACTERS = 8_000
/**
 * A payload as it may be stored and shown: classified properties (`pii`: JSON pointer into `body`, a part of the payload
 * or all of it → class; `*` stands for any item of a list and any property of a map), keys that name something private and
 * values that look it are replaced by `‹class›`. Bounded in depth, breadth and size.
 */
export function redactPayload(payload: unknown, pii: ReadonlyMap<string, string>, body: unknown = payload): unknown {
  const root = classesOf(pii)
  let left = MOST_CHARACTERS

  /** `key`: under which it stands; `classes`: what the contract says of it, nothing outside of the body. */
  function value(given: unknown, key: KeyMeaning, classes: Classified, level: number): unknown {
    if (left <= 0) return '…'
    const at = given === body ? root : classes
    const kind = classHere(at) ?? key.kind
    if (kind !== null && holdsSomething(given)) return `‹${kind}›`
    if (typeof given === 'string') {
      const text = key.isVersion ? redactVersion(given) : redactText(given)
      left -= JSON.stringify(text).length + 1
      return text
    }
    if (typeof given !== 'object' || given === null) {
      left -= 8
      return primitive(given)
    }
    if (level >= MOST_LEVELS) return '…'
    // Its brackets: a payload may be made of nothing else.
    left -= 3
    return Array.isArray(given) ? elements(given, at, level) : members(given, at, level)
  }

  function elements(given: readonly unknown[], classes: Classified, level: number): unknown[] {
    const at = below(classes, null)
    const kept = given.slice(0, MOST_ELEMENTS).map((element) => value(element, NO_KEY, at, level + 1))
    return given.length > MOST_ELEMENTS ? [...kept, `… ${given.length - MOST_ELEMENTS} more`] : kept
  }

  function members(given: object, classes: Classified, level: number): Record<string, unknown> {
    const kept: [string, unknown][] = []
    for (const key in given) {
      if (!Object.hasOwn(given, key)) continue
      if (kept.length >= MOST_KEYS || left <= 0) {
        kept.push(['…', 'more'])
        break
      }
      const meaning = meaningOf(key)
      left -= meaning.name.length + 4
      const member = (given as Record<string, unknown>)[key]
      kept.push([meaning.name, value(member, meaning, below(classes, key), level + 1)])
    }
    // Made so, a key named __proto__ is a property like any other.
    return Object.fromEntries(kept)
  }

  return value(payload, NO_KEY, [], 0)
}

/** Text that is no JSON, or only its beginning: what stands after a key that names something private goes as well. */
export function redactExcerpt(text: string): string {
  const given = storable(text)
  let shown = ''
  let from = 0
  KEY.lastIndex = 0
  for (let key = KEY.exec(given); key !== null; key = KEY.exec(given)) {
    const { kind } = meaningOf(key[1] ?? '')
    if (kind === null) continue
    VALUE.lastIndex = KEY.lastIndex
    const value = VALUE.exec(given)?.[0] ?? ''
    if (value === '' || value === 'null' || value === '""') continue
    shown += `${given.slice(from, KEY.lastIndex)}"‹${kind}›"`
    from = KEY.lastIndex + value.length
    KEY.lastIndex = from
  }
  const clean = redactText(shown + given.slice(from), Number.POSITIVE_INFINITY)
  // As much as was given beyond it goes from the end, where something private may have been cut off before it could be told.
  const end = Math.min(LONGEST_EXCERPT, clean.length - Math.max(0, given.length - LONGEST_EXCERPT))
  return end === clean.length ? clean : `${clean.slice(0, Math.max(0, end))}…`.toWellFormed()
}

const LONGEST_EXCERPT = 2_000
const KEY = /"([^"\\]{1,200})"\s{0,8}:\s{0,8}/g
/** A value, which may break off; where a list or an object begins, all that follows. */
const VALUE = /"(?:[^"\\]|\\[\s\S])*"?|[{[][\s\S]*|[^\s,}\]]+/y

const NO_KEY: KeyMeaning = { name: '', kind: null, isVersion: false }

/** Beyond the range of numbers, JSON has no way to say it; a number may be a card's or a telephone's as well as a text. */
function primitive(given: unknown): unknown {
  if (typeof given !== 'number') return given
  if (!Number.isFinite(given)) return String(given)
  if (given < 1e12) return given
  const text = redactText(String(given))
  return text === String(given) ? given : text
}

/** Whether there is something to hide: that a private property is null is no secret, and often the fault. */
function holdsSomething(value: unknown): boolean {
  return value !== null && value !== undefined && value !== ''
}
