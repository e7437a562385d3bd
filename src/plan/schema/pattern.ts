import { RE2JS } from 're2js'

/** A user's pattern: how it is matched in linear time, or why it can't be. */
export type Pattern = { readonly test: (text: string) => boolean } | { readonly refused: string }

/** Longer ones unfold to programs that take memory and time. */
const LONGEST = 5_000

/**
 * Compiles a JSON Schema pattern (ECMA-262) for RE2: no look-around, no back-references, no huge repetitions. What is plain
 * enough to be linear in the engine at hand is left to it: it is ten to thirty times as fast.
 */
export function compilePattern(source: string): Pattern {
  if (source.length > LONGEST) return { refused: `longer than ${LONGEST} characters` }
  if (isPlain(source)) {
    const native = new RegExp(source, 'u')
    return { test: (text) => native.test(text) }
  }
  try {
    const pattern = RE2JS.compile(RE2JS.translateRegExp(source))
    return { test: (text) => pattern.matcher(text).find() }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { refused: message.replace(/^error parsing regexp: /, '').slice(0, 200) }
  }
}

/** One character: itself, an escape, or a class of letters, digits, ranges and few signs. */
const ATOM =
  '(?:[A-Za-z0-9_ @:/#%,;=~!<>&"\'-]|\\\\[dwDW./+*?()|^$]|\\[\\^?(?:[A-Za-z0-9]-[A-Za-z0-9]|[A-Za-z0-9_ ]|\\\\[dw.-])+-?\\])'
/** Anchored, without groups and alternatives, with one repetition of unknown length at most: no text makes it go back far. */
const PLAIN = new RegExp(
  `^\\^(?:${ATOM}(?:\\{\\d{1,2}\\})?){0,20}(?:${ATOM}(?:[*+?]|\\{\\d{1,2},\\d{0,2}\\}))?(?:${ATOM}){0,20}\\$?$`,
)

function isPlain(source: string): boolean {
  if (!PLAIN.test(source)) return false
  try {
    new RegExp(source, 'u')
    return true
  } catch {
    return false
  }
}
