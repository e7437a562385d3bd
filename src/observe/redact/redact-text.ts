/** Longest text that is kept of one value. */
const LONGEST = 200

/** What looks private in running text, most telling first. Linear-time patterns: no nested repetition. */
const PRIVATE: readonly (readonly [string, RegExp])[] = [
  ['token', /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g],
  ['token', /\b(?:sk|pk|rk|ghp|gho|xox[abprs]|AKIA)[-_][\w-]{12,}|\bAKIA[0-9A-Z]{16}\b|\bBearer\s+[\w.~+/-]{8,}=*/g],
  ['email', /[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){0,8}\.\p{L}{2,24}/gu],
  ['iban', /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b/g],
  ['ip', /(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.])/g],
  [
    'ip',
    /(?<![\w:])(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}(?![\w:])|(?<![\w:])(?:[0-9a-f]{1,4}:){1,6}:(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,5})?(?![\w:])/gi,
  ],
  ['phone', /(?<![\w.+-])(?:\+|00)[1-9]\d{0,2}(?:[ ()./-]{0,2}\d){6,12}(?![\w-])/g],
]
const CARD = /(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w.-])/g
const VERSION = /^v?\d+(?:\.\d+){1,3}(?:[-+][\w.]+)?$/

/** Text without what looks private: addresses, numbers of people, accounts and cards, tokens. Bounded. */
export function redactText(text: string): string {
  const bounded = text.length > LONGEST ? `${text.slice(0, LONGEST).toWellFormed()}…` : text
  // Most values hold neither an @ nor five digits nor a colon: nothing to look for.
  if (!/[@:]|\d.*\d.*\d|eyJ|Bearer|[-_]\w{12}/.test(bounded)) return bounded
  let clean = bounded
  for (const [kind, pattern] of PRIVATE) clean = clean.replace(pattern, `‹${kind}›`)
  return clean.replace(CARD, (digits) => (isCardNumber(digits) ? '‹card›' : digits))
}

/** A name or dimension value; a version is one, whatever it looks like (`4.3.0.1` is no address). */
export function redactName(name: string): string {
  return VERSION.test(name) ? name : redactText(name)
}

/** Luhn's check (ISO/IEC 7812-1, annex B) on 13 to 19 digits that don't begin like a time in milliseconds. */
function isCardNumber(text: string): boolean {
  const digits = text.replaceAll(/\D/g, '')
  if (digits.length < 13 || digits.length > 19 || !/^[2-6]/.test(digits)) return false
  let sum = 0
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index])
    const doubled = index % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}
