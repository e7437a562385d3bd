import { bankAccountLength, isCard } from './numbers.ts'

/** Longest text that is kept of one value. */
const LONGEST = 200

/** What looks private in running text, most telling first. Linear-time patterns: no nested repetition without a bound. */
const PRIVATE: readonly (readonly [string, RegExp])[] = [
  ['token', /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g],
  ['token', /\b(?:sk|pk|rk|ghp|gho|ghs|github_pat|glpat|xox[abeprs])[-_][\w-]{12,}|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g],
  ['token', /\b(?:Bearer|Basic)\s+[\w.~+/-]{8,}=*/gi],
  // Credentials in an address: the user's part is no e-mail, and says as much.
  ['token', /(?<=:\/\/)[^\s/@:]{1,64}:[^\s/@]{1,64}(?=@)/g],
  ['token', /(?<=[?&]\w{0,20}(?:token|secret|password|passwd|pwd|api_?key|signature)=)[^&#\s"]{1,200}/gi],
  ['email', /[\p{L}\p{N}._%+'-]{1,64}(?:@|%40)[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){0,8}\.\p{L}{2,24}/gu],
  ['ip', /(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|[01]?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|[01]?\d?\d)(?![\d]|\.\d)/g],
  [
    'ip',
    /(?<![\w:])(?:(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}|(?:[0-9a-f]{1,4}:){1,7}:(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,5})?|::[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,6})(?![\w:])/gi,
  ],
  // With a country code; `00…` only as long as a whole number is, since order numbers are padded with zeros.
  ['phone', /(?<![\w.+-])\+[1-9](?:[ ()./-]{0,2}\d){7,14}(?![\w-])|(?<![\w.+-])00[1-9]\d{9,12}(?![\w-])/g],
  ['phone', /(?<![\w.+-])00[1-9]\d{0,2}[ ()./-]{1,2}\d(?:[ ()./-]{0,2}\d){5,11}(?![\w-])/g],
  ['phone', /(?<![\w.+-])(?:\(\d{2,5}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}(?![\w-])/g],
]
const BANK_ACCOUNT = /(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?![A-Za-z0-9])/gi
const CARD = /(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-]|\.\d)/g

/** Most texts hold none of the marks that all of the above need: an at sign, a colon, an equals sign, a few digits, a token's beginning. */
const SUSPICIOUS = /[@:=]|%40|\d\D{0,3}\d\D{0,3}\d\D{0,3}\d|eyJ|bearer|basic\s|[-_]\w{12}/i

/** Text without what looks private: addresses, numbers of people, accounts and cards, tokens. At most `longest` characters. */
export function redactText(text: string, longest: number = LONGEST): string {
  const whole = text.length > longest ? text.slice(0, longest + MARGIN) : text
  const clean = SUSPICIOUS.test(whole) ? withoutPrivate(whole) : whole
  return text.length > longest ? `${clean.slice(0, longest)}…`.toWellFormed() : clean
}

/** Looked at beyond what is kept, so that what stands across the cut is recognised too. */
const MARGIN = 100

function withoutPrivate(text: string): string {
  let clean = text
  for (const [kind, pattern] of PRIVATE) clean = clean.replace(pattern, `‹${kind}›`)
  clean = clean.replace(BANK_ACCOUNT, (found) => {
    const length = bankAccountLength(found)
    return length === 0 ? found : `‹iban›${found.slice(length)}`
  })
  return clean.replace(CARD, (digits) => (isCard(digits) ? '‹card›' : digits))
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
