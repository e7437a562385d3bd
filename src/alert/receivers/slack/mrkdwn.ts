const ENTITY: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/**
 * Text made harmless for mrkdwn (`&`, `<`, `>`), at most `limit` UTF-16 units long with its entities, an ellipsis where
 * something was cut; never half an entity or half a character.
 */
export function escaped(text: string, limit: number): string {
  let out = ''
  let kept = ''
  for (const point of text.slice(0, limit + 1).toWellFormed()) {
    const piece = ENTITY[point] ?? point
    if (out.length + piece.length > limit) return `${kept}…`
    out += piece
    if (out.length < limit) kept = out
  }
  return text.length > limit + 1 ? `${kept}…` : out
}

/** `<url|label>`; characters that would end the link early are percent-encoded. */
export function link(url: string, label: string): string {
  const safe = url.replace(/[<>|\s]/g, (character) => encodeURIComponent(character)).replaceAll('&', '&amp;')
  return `<${safe}|${escaped(label, 75)}>`
}

/** A block of code; back-ticks inside would end it, so they become look-alikes. */
export function codeBlock(text: string, limit: number): string {
  return `\`\`\`${escaped(text.replaceAll('`', 'ˋ'), limit - 6)}\`\`\``
}
