/**
 * The name most like `name`, or null where none is near: at most a third of it may differ (edit distance, in which
 * two letters that changed places are one difference).
 */
export function nearest(name: string, names: readonly string[]): string | null {
  let best: string | null = null
  let least = Math.max(name.length > 1 ? 1 : 0, Math.floor(name.length / 3)) + 1
  for (const candidate of names) {
    const away = distance(name.toLowerCase(), candidate.toLowerCase())
    if (away < least) [best, least] = [candidate, away]
  }
  return best
}

/** A hint for a name that isn't there: the one that was probably meant, else what to do. */
export function didYouMean(name: string, names: readonly string[], otherwise: string): string {
  const near = nearest(name, names)
  return near === null ? otherwise : `did you mean "${near}"?`
}

function distance(a: string, b: string): number {
  let before: readonly number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? Infinity) + 1 : Infinity
      next.push(Math.min(replaced, swapped, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    before = row
    row = next
  }
  return row[b.length] ?? 0
}
