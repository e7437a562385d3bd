/** What a contract classifies as private, as a tree: a step is a property's name, or `*` for any item or property. */
interface Node {
  kind: string | null
  readonly below: Map<string, Node>
}

/** Where a walk through a body stands in the classification: several places, since `*` and a name may both hold. */
export type Classified = readonly Node[]

const UNCLASSIFIED: Classified = []
const trees = new WeakMap<ReadonlyMap<string, string>, Classified>()

/** The root of the classification; `pii`: JSON pointer into the body → class. */
export function classesOf(pii: ReadonlyMap<string, string>): Classified {
  if (pii.size === 0) return UNCLASSIFIED
  const known = trees.get(pii)
  if (known !== undefined) return known
  const root: Node = { kind: null, below: new Map() }
  for (const [pointer, kind] of pii) {
    let node = root
    for (const step of pointer.split('/').slice(1)) {
      const name = step.replaceAll('~1', '/').replaceAll('~0', '~')
      const next = node.below.get(name) ?? { kind: null, below: new Map() }
      node.below.set(name, next)
      node = next
    }
    node.kind = kind
  }
  const tree = [root]
  trees.set(pii, tree)
  return tree
}

/** One step down: into the property of this name, or (null) into an item of a list. */
export function below(at: Classified, name: string | null): Classified {
  if (at.length === 0) return UNCLASSIFIED
  return at.flatMap((node) => {
    const named = name === null ? undefined : node.below.get(name)
    const every = name === '*' ? undefined : node.below.get('*')
    return [named, every].filter((found) => found !== undefined)
  })
}

/** The class of what stands here; null: none. */
export function classHere(at: Classified): string | null {
  return at.find(({ kind }) => kind !== null)?.kind ?? null
}
