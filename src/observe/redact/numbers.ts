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

/** Whether a text is an international bank account number: 15 to 34 characters whose remainder by 97 is 1 (ISO 13616-1). */
export function isBankAccount(text: string): boolean {
  const account = text.replaceAll(' ', '').toUpperCase()
  if (account.length < 15 || account.length > 34) return false
  let remainder = 0
  for (const character of account.slice(4) + account.slice(0, 4)) {
    const value = Number.parseInt(character, 36)
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97
  }
  return remainder === 1
}
