import type { Ajv } from 'ajv'
import formats from 'ajv-formats'
import { fullFormats } from 'ajv-formats/dist/formats.js'

/** Every `format` that is checked. JSON Schema takes any other for a mere remark. */
export const FORMATS: readonly string[] = Object.keys(fullFormats)

/** What ajv-formats 3.0.1 says of user and password in `url`. It tries each colon with each end: a million of them take an hour. */
const USER = '\\S+(?::\\S*)?@'
/** The same texts: a colon is no space either. */
const SAME_USER = '\\S+@'

const { url } = fullFormats
const linearUrl = url instanceof RegExp ? new RegExp(url.source.replace(USER, SAME_USER), url.flags) : url

/** Teaches a compiler the formats, each of which takes time in proportion to the text. */
export function useFormats(ajv: Ajv): void {
  formats.default(ajv)
  ajv.addFormat('url', linearUrl)
}
