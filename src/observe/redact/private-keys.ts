import { redactName } from './redact-text.ts'

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
const LONGEST = 64
const REMEMBERED = 5_000

/** What a key says of the value that stands under it. */
export interface KeyMeaning {
  /** The key as it may be shown. */
  readonly name: string
  /** The class of the value, if that is private; null otherwise. */
  readonly kind: string | null
  /** The value is a version. */
  readonly isVersion: boolean
}

const known = new Map<string, KeyMeaning>()

/** Keys of one kind of payload come again and again, so what they mean is remembered. */
export function meaningOf(key: string): KeyMeaning {
  const before = known.get(key)
  if (before !== undefined) return before
  const name = redactName(key)
  // What a key names stands at its end, however long it is.
  const plain = snakeCase(key.slice(-LONGEST))
  const kind = PRIVATE_KEYS.find(([pattern]) => pattern.test(plain))?.[1] ?? null
  const meaning = { name, kind, isVersion: VERSION_KEY.test(plain) }
  if (key.length > LONGEST) return meaning
  if (known.size >= REMEMBERED) known.clear()
  known.set(key, meaning)
  return meaning
}

function snakeCase(key: string): string {
  return key
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .toLowerCase()
}
