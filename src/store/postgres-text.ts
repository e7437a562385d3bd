const translated = new Map<string, string>()
const KEPT = 2_000

/** `?` outside quotes and comments becomes `$1`, `$2`, …: the port's spelling to Postgres'. */
export function numbered(text: string): string {
  const known = translated.get(text)
  if (known !== undefined) return known
  let count = 0
  const result = text.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\?/g, (found) => {
    if (found !== '?') return found
    count += 1
    return `$${count}`
  })
  if (translated.size >= KEPT) translated.clear()
  translated.set(text, result)
  return result
}
