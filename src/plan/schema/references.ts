import type { Path } from '../../config/document.ts'
import type { Draft } from './draft.ts'
import { isJson, type Json, own, pointerStep, pointerSteps, subschemas } from './subschemas.ts'

/** A schema with its place in the document and the address that references in it start from. */
interface Place {
  readonly schema: Json
  readonly path: Path
  readonly base: string
}

/** Where a reference leads, or why it can't be followed. */
type Target = { readonly place: Place } | { readonly refused: string }

export interface References {
  /** Every schema of the document, outermost first. */
  readonly places: readonly Place[]
  readonly placeOf: (schema: Json) => Place | undefined
  readonly follow: (from: Place, reference: string) => Target
}

const NOWHERE = 'http://schema.invalid/'

/** Reads a schema document's `$id`s and anchors, so that references within it can be followed. Nothing is ever fetched. */
export function readReferences(root: Json, draft: Draft): References {
  const places: Place[] = []
  const known = new Map<Json, Place>()
  const resources = new Map<string, Place>()
  const anchors = new Map<string, Place>()

  function visit(schema: Json, path: Path, base: string): Place {
    const before = known.get(schema)
    if (before !== undefined) return before
    const id = own(schema, draft === 'draft-04' ? 'id' : '$id')
    const named = typeof id === 'string' ? addressOf(id, base) : null
    const place: Place = { schema, path, base: named === null ? base : withoutFragment(named) }
    known.set(schema, place)
    places.push(place)
    if (path.length === 0 || (named !== null && !resources.has(place.base))) resources.set(place.base, place)
    if (named?.includes('#')) anchors.set(named, place)
    for (const keyword of ['$anchor', '$dynamicAnchor']) {
      const anchor = own(schema, keyword)
      if (typeof anchor === 'string') anchors.set(`${place.base}#${anchor}`, place)
    }
    for (const below of subschemas(schema)) visit(below.schema as Json, [...path, ...below.path], place.base)
    return place
  }
  const top = visit(root, [], NOWHERE)
  if (!resources.has(NOWHERE)) resources.set(NOWHERE, top)

  function follow(from: Place, reference: string): Target {
    const address = addressOf(reference, from.base)
    if (address === null) return { refused: `"${reference}" is no reference` }
    const resource = resources.get(withoutFragment(address))
    if (resource === undefined) {
      return {
        refused: `the reference "${reference}" leaves this schema: write what it names under $defs and refer to "#/$defs/…"`,
      }
    }
    const fragment = decoded(address.split('#')[1] ?? '')
    if (fragment === '') return { place: resource }
    if (!fragment.startsWith('/')) {
      const anchored = anchors.get(`${withoutFragment(address)}#${fragment}`)
      return anchored === undefined ? { refused: namesNothing(reference) } : { place: anchored }
    }
    let node: unknown = resource.schema
    const path = [...resource.path]
    for (const step of pointerSteps(fragment)) {
      node = typeof node === 'object' && node !== null && Object.hasOwn(node, step) ? (node as Json)[step] : undefined
      path.push(step)
    }
    // `true` and `false` are schemas too, but hold no further reference.
    if (typeof node === 'boolean') return { place: { schema: {}, path, base: resource.base } }
    return isJson(node) ? { place: visit(node, path, resource.base) } : { refused: namesNothing(reference) }
  }
  return { places, placeOf: (schema) => known.get(schema), follow }
}

/** `#/$defs/money`: a place as a reference from the document's top. */
export function localReference(path: Path): string {
  return `#${path.map((step) => `/${encodeURIComponent(pointerStep(step))}`).join('')}`
}

function namesNothing(reference: string): string {
  return `the reference "${reference}" names nothing in this schema`
}

function addressOf(reference: string, base: string): string | null {
  try {
    const { href } = new URL(reference, base)
    return href.endsWith('#') ? href.slice(0, -1) : href
  } catch {
    return null
  }
}

function withoutFragment(address: string): string {
  return address.split('#')[0] ?? ''
}

function decoded(fragment: string): string {
  try {
    return decodeURIComponent(fragment)
  } catch {
    return fragment
  }
}
