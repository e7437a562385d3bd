/** Keys whose values are private whatever they look like, with the class that is shown instead. In snake case. */
const PRIVATE_KEYS: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:\w*_)?(?:password|passwd|pwd|passphrase|secret|pin|otp|api_?key|access_?key|private_?key|write_?key|authorization|cookie|credentials?|session_?id|token|jwt)$/,
    'secret',
  ],
  [/^(?:\w*_)?e_?mails?(?:_?address(?:es)?)?$/, 'email'],
  [/^(?:\w*_)?(?:phone|mobile|telephone|tel|fax|msisdn)(?:_?(?:number|no))?$/, 'phone'],
  [/^(?:\w*_)?(?:ip|ip_?addr(?:ess)?|ipv[46]|remote_?addr|x_forwarded_for)$/, 'ip'],
  [/^(?:\w*_)?(?:first|last|full|middle|given|family|sur|maiden)_?name$/, 'name'],
  [/^(?:\w*_)?(?:street|address(?:_?line)?_?\d?|post_?code|postal_?code|zip_?code|zip)$/, 'address'],
  [/^(?:\w*_)?(?:birth_?date|date_?of_?birth|dob|birth_?day)$/, 'birth date'],
  [
    /^(?:\w*_)?(?:iban|bic|account_?number|card_?number|credit_?card|pan|cvv|cvc|ssn|social_?security(?:_?number)?|tax_?id|passport(?:_?number)?)$/,
    'number',
  ],
  [/^(?:latitude|longitude|lat|lng|lon)$/, 'place'],
  // Encoded data could hold anything.
  [/^data_base64$/, 'data'],
]

const VERSION_KEY = /(?:^|_)(?:version|build|release)$/
const REMEMBERED = 5_000

const kinds = new Map<string, string | null>()

/** The class of what a key names, if that is private; null otherwise. */
export function privateKind(key: string): string | null {
  if (key.length > 64) return null
  const known = kinds.get(key)
  if (known !== undefined) return known
  const plain = snakeCase(key)
  const kind = PRIVATE_KEYS.find(([pattern]) => pattern.test(plain))?.[1] ?? null
  if (kinds.size >= REMEMBERED) kinds.clear()
  kinds.set(key, kind)
  return kind
}

/** Whether a key says that its value is a version. */
export function isVersionKey(key: string): boolean {
  return key.length <= 64 && VERSION_KEY.test(snakeCase(key))
}

function snakeCase(key: string): string {
  return key
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .toLowerCase()
}
