import type { JsonObject } from '../decode/text.ts'

/** Whether a property is filled: there, not null and not `""`. What an object inherits isn't there. */
export function isFilled(body: JsonObject, property: string): boolean {
  const value = body[property]
  if (value === undefined || value === null || value === '') return false
  // JSON has no functions: one is inherited, as is the prototype.
  return typeof value === 'function' || value === Object.prototype ? Object.hasOwn(body, property) : true
}

/** The JSON pointer (RFC 6901) of a top-level property. */
export function pointerTo(property: string): string {
  return `/${/[~/]/.test(property) ? property.replaceAll('~', '~0').replaceAll('/', '~1') : property}`
}
