/** Signs that stand for themselves in ECMA-262 and in Postgres alike. */
const PLAIN = '[^\\\\^$.|?*+()\\[\\]{}\\u0000-\\u001f]'
/** Escapes that mean the same in both: signs, and ASCII digits, words and spaces (under collation "C"). */
const ESCAPE = '\\\\[\\\\^$.|?*+()\\[\\]{}/-]|\\\\[dDwW]'
/** A class of plain signs, ranges and escapes; no `[:`, `[.`, `[=`, no negated escape inside. */
const CLASS = '\\[\\^?(?:\\\\[\\\\^$.|?*+()\\[\\]{}/-]|\\\\[dw]|[^\\\\\\[\\]\\u0000-\\u001f])+\\]'
const TOKEN = new RegExp(`^(?:${PLAIN}|${ESCAPE}|${CLASS}|\\.|\\(\\?:|\\((?!\\?)|\\)|\\||\\^|\\$)`, 'u')
const REPEAT = /^(?:[*+?]|\{(\d{1,3})(?:(,)(\d{1,3})?)?\})\??/
/** Postgres counts no further. */
const MOST_REPEATS = 255
const LONGEST = 1_000

/** What `.` is not, in ECMA-262. */
const ANY = '[^\\n\\r\\u2028\\u2029]'

/**
 * A pattern (ECMA-262) as Postgres' `~` takes it under collation "C", or why it can't be left to it. Both read plain signs,
 * classes, groups, alternatives, anchors and repetitions the same way; look-around, back-references, `\p{…}` and `\b` differ.
 * Source: PostgreSQL's manual, "POSIX Regular Expressions"; held against it by a test.
 */
export function sqlPattern(pattern: string): { readonly sql: string } | { readonly refused: string } {
  if (pattern.length > LONGEST) return { refused: `it is longer than ${LONGEST} characters` }
  try {
    new RegExp(pattern, 'u')
  } catch (error) {
    return { refused: error instanceof Error ? error.message.replace(/^.*: /, '') : String(error) }
  }
  let rest = pattern
  let sql = ''
  let repeatable = false
  while (rest !== '') {
    const repeat: RegExpExecArray | null = repeatable ? REPEAT.exec(rest) : null
    const token: string | undefined = (repeat ?? TOKEN.exec(rest))?.[0]
    if (token === undefined) {
      return { refused: `"${[...rest].slice(0, 8).join('')}" reads otherwise there, or is not known` }
    }
    if (repeat !== null && Math.max(Number(repeat[1] ?? 0), Number(repeat[3] ?? 0)) > MOST_REPEATS) {
      return { refused: `it repeats more than ${MOST_REPEATS} times` }
    }
    repeatable = repeat === null && !['(', '(?:', '|', '^', '$'].includes(token)
    sql += token === '.' ? ANY : token
    rest = rest.slice(token.length)
  }
  return { sql }
}
