import { RE2JS } from 're2js'

/** A user's pattern: how it is matched in linear time, or why RE2 can't take it. */
export type Pattern = { readonly test: (text: string) => boolean } | { readonly refused: string }

/** Longer patterns, and repetitions that unfold to more than this, are refused: they would take memory instead of time. */
const LONGEST = 5_000

/** Compiles a JSON Schema pattern (ECMA-262) for RE2: no look-ahead, no back-references, no huge repetitions. */
export function compilePattern(source: string): Pattern {
  if (source.length > LONGEST) return { refused: `longer than ${LONGEST} characters` }
  try {
    const pattern = RE2JS.compile(RE2JS.translateRegExp(source))
    return { test: (text) => pattern.matcher(text).find() }
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : String(error)
    return { refused: reason }
  }
}
