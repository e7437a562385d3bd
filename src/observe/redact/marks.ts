/** What a text is made of, as far as it tells which private things could be in it. */
export interface Marks {
  length: number
  digits: number
  dots: number
  colons: number
  /** `@` or `%`, which may stand for one. */
  ats: number
  equals: number
  /** Spaces, hyphens and underscores: what stands before a token or in a telephone number. */
  joints: number
}

/** Counts the characters of a text that private things can't do without. */
export function marksOf(text: string, out: Marks): Marks {
  out.length = text.length
  out.digits = 0
  out.dots = 0
  out.colons = 0
  out.ats = 0
  out.equals = 0
  out.joints = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code >= 0x30 && code <= 0x39) out.digits += 1
    else if (code === 0x2e) out.dots += 1
    else if (code === 0x3a) out.colons += 1
    else if (code === 0x40 || code === 0x25) out.ats += 1
    else if (code === 0x3d) out.equals += 1
    else if (code === 0x20 || code === 0x2d || code === 0x5f) out.joints += 1
  }
  return out
}
