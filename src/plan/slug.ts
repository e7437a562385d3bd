/** File names end at 255 bytes. */
const LONGEST = 60

/** Lower case, words joined by `-`: `Order Completed` and `orderCompleted` become `order-completed`. */
export function slug(name: string): string {
  const words = name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1-$2')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
  const short = [...words.replace(/^-/, '')].slice(0, LONGEST).join('').replace(/-$/, '')
  return short === '' ? 'event' : short
}

/** Two names that differ only in signs have the same slug: the second gets a number. */
export function uniqueSlug(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted
  let number = 2
  while (taken.has(`${wanted}-${number}`)) number += 1
  return `${wanted}-${number}`
}
