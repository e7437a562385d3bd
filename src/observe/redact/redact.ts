import { redactName, redactText } from './redact-text.ts'

const MOST_LEVELS = 8
const MOST_ELEMENTS = 20
const MOST_KEYS = 100
const MOST_CHARACTERS = 8_000

/** Keys whose values are private whatever they look like, with the class that is shown instead. */
const PRIVATE_KEYS: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:.*_)?(?:password|passwd|pwd|secret|api_?key|access_?key|private_?key|write_?key|authorization|cookie|session_?token|token|jwt)$/i,
    'secret',
  ],
  [/^(?:.*_)?e_?mail(?:_?address)?$/i, 'email'],
  [/^(?:.*_)?(?:phone|mobile|telephone|msisdn)(?:_?number)?$/i, 'phone'],
  [/^(?:.*_)?(?:ip|ip_?addr(?:ess)?|ipv[46]|remote_?addr|client_?ip)$/i, 'ip'],
  [/^(?:.*_)?(?:first|last|full|middle|given|family|sur)_?name$/i, 'name'],
  [/^(?:.*_)?(?:street|address_?line_?\d?|post_?code|zip_?code|zip)$/i, 'address'],
  [/^(?:.*_)?(?:birth_?date|date_?of_?birth|dob|birthday)$/i, 'birth date'],
  [/^(?:.*_)?(?:iban|card_?number|pan|cvv|cvc|ssn|tax_?id|passport(?:_?number)?)$/i, 'number'],
  [/^(?:latitude|longitude|lat|lng|lon)$/i, 'place'],
]

/**
 * A payload as it may be stored and shown: classified properties (`pii`: JSON pointer into `body`, a part of the payload
 * or all of it → class; `*` stands for any element of an array), keys that name something private and values that look
 * it are replaced by `‹class›`. Bounded in depth, breadth and size.
 */
export function redactPayload(payload: unknown, pii: ReadonlyMap<string, string>, body: unknown = payload): unknown {
  let left = MOST_CHARACTERS

  /** `pointer`: from the body on; null outside of it. */
  function value(given: unknown, pointer: string | null, level: number): unknown {
    if (left <= 0) return '…'
    if (typeof given === 'string') {
      const text = redactText(given.toWellFormed().replaceAll('\u0000', '\ufffd'))
      left -= text.length + 2
      return text
    }
    if (typeof given !== 'object' || given === null) {
      left -= 8
      // Beyond the range of numbers, JSON has no way to say it.
      return typeof given === 'number' && !Number.isFinite(given) ? String(given) : given
    }
    if (level >= MOST_LEVELS) return '…'
    const at = given === body ? '' : pointer
    return Array.isArray(given) ? elements(given, at, level) : members(given, at, level)
  }

  function elements(given: readonly unknown[], pointer: string | null, level: number): unknown[] {
    const kept = given
      .slice(0, MOST_ELEMENTS)
      .map((element) => value(element, pointer === null ? null : `${pointer}/*`, level + 1))
    return given.length > MOST_ELEMENTS ? [...kept, `… ${given.length - MOST_ELEMENTS} more`] : kept
  }

  function members(given: object, pointer: string | null, level: number): Record<string, unknown> {
    const kept: [string, unknown][] = []
    for (const [key, member] of Object.entries(given)) {
      if (kept.length >= MOST_KEYS || left <= 0) {
        kept.push(['…', 'more'])
        break
      }
      const name = redactName(key.toWellFormed().replaceAll('\u0000', '\ufffd'))
      left -= name.length + 4
      const at = pointer === null ? null : `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
      const kind = (at === null ? undefined : pii.get(at)) ?? (holdsSomething(member) ? privateKind(key) : null)
      kept.push([name, kind === null ? value(member, at, level + 1) : `‹${kind}›`])
    }
    // A key named __proto__ is a property like any other.
    return Object.fromEntries(kept)
  }

  return value(payload, null, 0)
}

function privateKind(key: string): string | null {
  const plain = key.replaceAll(/([a-z])([A-Z])/g, '$1_$2').replaceAll('-', '_')
  return PRIVATE_KEYS.find(([pattern]) => pattern.test(plain))?.[1] ?? null
}

/** Whether a value is shown as what is missing: that a private property is null is no secret, and often the fault. */
function holdsSomething(value: unknown): boolean {
  return value !== null && value !== undefined && value !== ''
}
