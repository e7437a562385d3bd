/** A binary heap: the least is always at hand. */
export interface Heap<Value> {
  readonly add: (value: Value) => void
  readonly first: () => Value | undefined
  readonly take: () => Value | undefined
  readonly size: () => number
}

/** `compare`: negative where the first argument is the lesser. Values in it must not change their order. */
export function createHeap<Value>(compare: (a: Value, b: Value) => number): Heap<Value> {
  const values: Value[] = []

  function add(value: Value): void {
    let at = values.length
    values.push(value)
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = values[parent]
      if (above === undefined || compare(above, value) <= 0) break
      values[at] = above
      at = parent
    }
    values[at] = value
  }

  function take(): Value | undefined {
    const [least] = values
    const moved = values.pop()
    if (moved === undefined || values.length === 0) return least
    let at = 0
    for (;;) {
      const left = values[2 * at + 1]
      if (left === undefined) break
      const right = values[2 * at + 2]
      const lesser = right !== undefined && compare(right, left) < 0 ? right : left
      if (compare(moved, lesser) <= 0) break
      values[at] = lesser
      at = lesser === left ? 2 * at + 1 : 2 * at + 2
    }
    values[at] = moved
    return least
  }

  return { add, take, first: () => values[0], size: () => values.length }
}
