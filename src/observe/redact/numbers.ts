/** Beginnings of card numbers that are in use (ISO/IEC 7812-1): no number that begins like a year or a time in milliseconds. */
const ISSUED = /^(?:4|5[0-8]|2[2-7]|3[04-9]|6)/

/** Whether 13 to 19 digits are a card's number: an issuer's beginning, and Luhn's check digit (ISO/IEC 7812-1, annex B). */
export function isCard(text: string): boolean {
  const digits = text.replaceAll(/\D/g, '')
  if (digits.length < 13 || digits.length > 19 || !ISSUED.test(digits)) return false
  let sum = 0
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index])
    const doubled = index % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

/** Lengths of bank account numbers by country (SWIFT, IBAN Registry). */
const LENGTHS = new Map(
  `AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18
FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21
LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24
SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30`
    .split(/\s/)
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))] as const),
)

/**
 * How many characters from its beginning are an international bank account number: as long as its country's are, spaces
 * apart, with remainder 1 by 97 (ISO 13616-1). 0: it begins with none.
 */
export function bankAccountLength(text: string): number {
  const wanted = LENGTHS.get(text.slice(0, 2).toUpperCase())
  if (wanted === undefined) return 0
  let account = ''
  let end = 0
  for (; end < text.length && account.length < wanted; end++) if (text[end] !== ' ') account += text[end]
  if (account.length < wanted || /[A-Za-z0-9]/.test(text[end] ?? '')) return 0
  let remainder = 0
  for (const character of account.slice(4) + account.slice(0, 4)) {
    const value = Number.parseInt(character, 36)
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97
  }
  return remainder === 1 ? end : 0
}
