import { isObject } from './text.ts'

/** The place of an item in a list (RFC 6901, section 4). */
const INDEX = /^(?:0|[1-9]\d*)$/

/** What a JSON pointer (RFC 6901) names in a document. `''` is the whole; undefined where there is nothing. */
export function compilePointer(pointer: string): (document: unknown) => unknown {
  const steps = pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  return (document) => {
    let value = document
    for (const step of steps) {
      if (Array.isArray(value)) value = INDEX.test(step) ? value[Number(step)] : undefined
      else if (isObject(value) && Object.hasOwn(value, step)) value = value[step]
      else return undefined
    }
    return value
  }
}
