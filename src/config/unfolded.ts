import { type Alias, type Document, isAlias, isMap, isScalar, isSeq, visit } from 'yaml'

/** More aliases and deeper nesting than anyone wants. */
const MOST_ALIASES = 100
const MOST_LEVELS = 100
const TOO_MUCH = 'its aliases unfold to too much: write it out, with fewer of them'

/** Why a document has no value, and the offset of what is wrong where one place is. */
interface Refused {
  readonly refused: string
  readonly at?: number
}

/** A document's value, unless aliases make it endless, enormous or deeper than anyone means. */
export function unfolded(document: Document.Parsed): { readonly is: unknown } | Refused {
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: MOST_ALIASES })
  } catch {
    return unknownAlias(document) ?? strayMerge(document) ?? { refused: TOO_MUCH }
  }
  const above = new Set<unknown>()
  const waiting: { node: unknown; leaving: boolean }[] = [{ node: value, leaving: false }]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, leaving } = next
    if (typeof node !== 'object' || node === null) continue
    if (leaving) {
      above.delete(node)
      continue
    }
    if (above.has(node)) return { refused: 'an alias in it names what it stands in: it would never end' }
    if (above.size >= MOST_LEVELS) return { refused: `it is nested deeper than ${MOST_LEVELS} levels` }
    above.add(node)
    waiting.push({ node, leaving: true })
    for (const inner of Object.values(node)) waiting.push({ node: inner, leaving: false })
  }
  return { is: value }
}

/** The first alias of an anchor that doesn't stand above it: most often a text that begins with an asterisk. */
function unknownAlias(document: Document.Parsed): Refused | null {
  const anchors = new Set<string>()
  let unknown: Alias | null = null
  visit(document, {
    Node: (_key, node) => {
      if (isAlias(node)) {
        if (anchors.has(node.source)) return undefined
        unknown = node
        return visit.BREAK
      }
      if (node.anchor !== undefined) anchors.add(node.anchor)
      return undefined
    },
  })
  if (unknown === null) return null
  const { source, range } = unknown as Alias
  const refused = `*${source} is an alias, and no &${source} stands above it: put it in quotes if it is meant as text`
  return { refused, at: range?.[0] ?? 0 }
}

/** The first merge key that merges what is no map. */
function strayMerge(document: Document.Parsed): Refused | null {
  let at: number | null = null
  visit(document, {
    Pair: (_key, { key, value }) => {
      // Without quotes it is read as a symbol.
      if (!isScalar(key) || typeof key.value !== 'symbol') return undefined
      const merged = isSeq(value) ? value.items : [value]
      if (merged.every((one) => isMap(isAlias(one) ? one.resolve(document) : one))) return undefined
      at = key.range?.[0] ?? 0
      return visit.BREAK
    },
  })
  return at === null
    ? null
    : { refused: 'a merge key (<<) takes a map, or an alias of one: put it in quotes if it is meant as a name', at }
}
