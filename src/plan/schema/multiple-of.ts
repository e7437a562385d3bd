import { _, type Ajv } from 'ajv'

/**
 * Replaces Ajv's `multipleOf`, which divides in binary: 19.99 would be no multiple of 0.01. Here numbers are the decimals
 * that they are written as (JSON Schema, "multipleOf": division by the value results in an integer).
 */
export function useDecimalMultipleOf(ajv: Ajv): void {
  ajv.removeKeyword('multipleOf')
  ajv.addKeyword({
    keyword: 'multipleOf',
    type: 'number',
    schemaType: 'number',
    errors: false,
    error: {
      message: 'must be a multiple',
      params: ({ schemaCode }) => _`{multipleOf: ${schemaCode}}`,
    },
    validate: (step: number, value: number) => isMultiple(value, step),
  })
}

/** Below it a quotient is off by less than a thousandth. */
const EXACT_BELOW = 1e12

function isMultiple(value: number, step: number): boolean {
  const quotient = value / step
  if (Number.isSafeInteger(quotient)) return true
  if (Math.abs(quotient) < EXACT_BELOW && Math.abs(quotient - Math.round(quotient)) > 1e-3) return false
  const [a, b] = [decimalOf(value), decimalOf(step)]
  const exponent = Math.min(a.exponent, b.exponent)
  return (a.digits * 10n ** BigInt(a.exponent - exponent)) % (b.digits * 10n ** BigInt(b.exponent - exponent)) === 0n
}

/** A number as its shortest text has it: digits × 10^exponent. */
function decimalOf(value: number): { readonly digits: bigint; readonly exponent: number } {
  const [mantissa = '0', power = '0'] = String(value).split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  return { digits: BigInt(whole + fraction), exponent: Number(power) - fraction.length }
}
