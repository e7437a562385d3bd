/** Order of user text by code units: the same on every machine and store. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
