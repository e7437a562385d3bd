/** First in, first out, without moving what is in it; what has left isn't kept alive. */
export interface Queue<Value> {
  readonly add: (value: Value) => void
  readonly first: () => Value | undefined
  readonly last: () => Value | undefined
  readonly drop: () => void
  readonly size: () => number
  readonly values: () => readonly Value[]
}

/** Room of those that left is given back once they are so many and the greater part. */
const MANY_LEFT = 1_024

export function createQueue<Value>(): Queue<Value> {
  let values: (Value | undefined)[] = []
  let head = 0
  return {
    add: (value) => {
      values.push(value)
    },
    first: () => values[head],
    last: () => (values.length > head ? values[values.length - 1] : undefined),
    drop: () => {
      if (head === values.length) return
      values[head] = undefined
      head += 1
      if (head < MANY_LEFT || head * 2 < values.length) return
      values = values.slice(head)
      head = 0
    },
    size: () => values.length - head,
    values: () => values.slice(head).filter((value) => value !== undefined),
  }
}
