import { storable } from '../../model/storable.ts'
import { type Marks, marksOf } from './marks.ts'
import { bankAccountLength, isCard } from './numbers.ts'

/** Longest text that is kept of one value. */
const LONGEST = 200
/** Looked at beyond what is kept, so that what stands across the cut is recognised too. */
const MARGIN = 100

interface PrivateForm {
  readonly kind: string
  /** Time linear in the text: no repetition inside another without a bound. */
  readonly pattern: RegExp
  /** Whether a text with these marks can hold one: most can't, and a look at its characters is quicker than an expression. */
  readonly possible: (marks: Marks) => boolean
  /** How much of what the pattern found is one. Without it: all. */
  readonly confirm?: (found: string) => number
}

/** What looks private in running text, most telling first. */
const FORMS: readonly PrivateForm[] = [
  {
    kind: 'token',
    pattern: /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g,
    possible: ({ length, dots }) => length >= 20 && dots > 0,
  },
  {
    kind: 'token',
    pattern: /\b(?:sk|pk|rk|ghp|gho|ghs|github_pat|glpat|xox[abeprs])[-_][\w-]{12,}|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g,
    possible: ({ length, joints, digits }) => length >= 15 && (joints > 0 || digits > 0),
  },
  {
    kind: 'token',
    // Words are no credentials: those have a digit, a sign at their end or a capital in their midst.
    pattern: /\b(?:[Bb]earer|BEARER|[Bb]asic|BASIC)\s+(?=[\w.~+/-]*(?:[\d=]|[a-z][A-Z]))[\w.~+/-]{8,}=*/g,
    possible: ({ length, joints }) => length >= 14 && joints > 0,
  },
  {
    // Credentials in an address: the user's part is no e-mail, and says as much.
    kind: 'token',
    pattern: /(?<=:\/\/)[^\s/@:]{1,64}:[^\s/@]{1,64}(?=@)/g,
    possible: ({ colons, ats }) => colons > 1 && ats > 0,
  },
  {
    kind: 'token',
    pattern: /(?<=(?:^|[?&;\s])\w{0,20}(?:token|secret|password|passwd|pwd|api_?key|signature)=)[^&#\s"]{1,200}/gi,
    possible: ({ equals }) => equals > 0,
  },
  {
    kind: 'email',
    pattern: /[\p{L}\p{N}._%+'-]{1,64}(?:@|%40)[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){0,8}\.\p{L}{2,24}/gu,
    possible: ({ ats, dots }) => ats > 0 && dots > 0,
  },
  {
    kind: 'ip',
    pattern: /(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|[01]?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|[01]?\d?\d)(?!\d|\.\d)/g,
    possible: ({ dots, digits }) => dots >= 3 && digits >= 4,
  },
  {
    kind: 'ip',
    pattern:
      /(?<![\w:])(?:(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}|(?:[0-9a-f]{1,4}:){1,7}:(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,5})?|::[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,6})(?![\w:])/gi,
    possible: ({ colons }) => colons >= 2,
  },
  {
    kind: 'iban',
    pattern: /(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?![A-Za-z0-9])/gi,
    possible: ({ length, digits }) => length >= 15 && digits >= 2,
    confirm: bankAccountLength,
  },
  {
    kind: 'card',
    pattern: /(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-]|\.\d)/g,
    possible: ({ digits }) => digits >= 13,
    confirm: (found) => (isCard(found) ? found.length : 0),
  },
  {
    // With a country code. `00…` only as long as a whole number is, since order numbers are padded with zeros.
    kind: 'phone',
    pattern: /(?<![\w.+-])\+[1-9](?:[ ()./-]{0,2}\d){7,14}(?![\w-])|(?<![\w.+-])00[1-9]\d{9,12}(?![\w-])/g,
    possible: ({ digits }) => digits >= 8,
  },
  {
    kind: 'phone',
    pattern: /(?<![\w.+-])00[1-9]\d{0,2}[ ()./-]{1,2}\d(?:[ ()./-]{0,2}\d){5,11}(?![\w-])/g,
    possible: ({ digits }) => digits >= 9,
  },
  {
    kind: 'phone',
    pattern: /(?<![\w.+-])(?:\(\d{2,5}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}(?![\w-])/g,
    possible: ({ digits }) => digits >= 9,
  },
]

/** Times and random identifiers, which hold as many digits as private things do. */
const HARMLESS =
  /^(?:\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i

const marks: Marks = { length: 0, digits: 0, dots: 0, colons: 0, ats: 0, equals: 0, joints: 0 }

/**
 * Text without what looks private (addresses, numbers of people, accounts and cards, tokens), such as every store takes.
 * At most `longest` characters.
 */
export function redactText(text: string, longest: number = LONGEST): string {
  const whole = storable(text.length > longest ? text.slice(0, longest + MARGIN) : text)
  const clean = withoutPrivate(whole)
  return text.length > longest ? `${clean.slice(0, longest)}…`.toWellFormed() : clean
}

function withoutPrivate(text: string): string {
  const { digits } = marksOf(text, marks)
  if (digits > 8 && HARMLESS.test(text)) return text
  let clean = text
  for (const { kind, pattern, possible, confirm } of FORMS) {
    if (!possible(marks)) continue
    clean =
      confirm === undefined
        ? clean.replace(pattern, `‹${kind}›`)
        : clean.replace(pattern, (found) => {
            const length = confirm(found)
            return length === 0 ? found : `‹${kind}›${found.slice(length)}`
          })
  }
  return clean
}

/** The name of an event or property, a path, a dimension's value. */
export function redactName(name: string): string {
  return redactText(name)
}

/** Words about a record: a violation's, an error's. */
export function redactMessage(message: string): string {
  return redactText(message, 2 * LONGEST)
}

/** Four numbers that may be a version as well as an address, and what an address is unlikely to share: a first number below 100. */
const VERSION = /^v?\d{1,2}(?:\.\d{1,5}){1,3}(?:[-+ ][\w.()-]{1,40})?$/

/** A value that is said to be a version: `4.3.0.1` is one there, and an address anywhere else. */
export function redactVersion(text: string): string {
  return VERSION.test(text) ? text : redactText(text)
}
