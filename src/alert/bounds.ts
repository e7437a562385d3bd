/** Line breaks, tabs, control and text-direction characters, all of which could forge a line of an alert. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu

/** One line without control characters, at most `limit` code points long, an ellipsis where something was cut. */
export function oneLine(text: string, limit: number): string {
  return cut(
    text
      .slice(0, limit * 4)
      .replace(UNPRINTABLE, ' ')
      .trim(),
    limit,
  )
}

/** At most `limit` code points, an ellipsis among them where something was cut; never half a character. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text.toWellFormed()
  const points = Array.from(text.slice(0, limit * 2 + 2).toWellFormed())
  return points.length <= limit && text.length <= limit * 2 + 2
    ? points.join('')
    : `${points.slice(0, limit - 1).join('')}…`
}

/** Several lines without other control characters, at most `limit` code points. */
export function block(text: string, limit: number): string {
  return cut(text.slice(0, limit * 4).replace(/[^\P{Cc}\n]|\p{Cf}/gu, ' '), limit)
}

/** At most `limit` UTF-16 units, as receivers count that say "characters"; never half a character. */
export function cutUnits(text: string, limit: number): string {
  if (text.length <= limit) return text.toWellFormed()
  let out = ''
  for (const point of text.slice(0, limit).toWellFormed()) {
    if (out.length + point.length > limit - 1) break
    out += point
  }
  return `${out}…`
}
