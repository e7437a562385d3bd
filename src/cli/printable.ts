import { styleText } from 'node:util'
import type { Io } from './io.ts'

type Style = Parameters<typeof styleText>[0]

/** Colours where the output is a terminal and nobody asked for none (no-color.org). */
export type Paint = (style: Style, text: string) => string

export function paintFor({ isTerminal, env }: Pick<Io, 'isTerminal' | 'env'>): Paint {
  const plain = !isTerminal || (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb'
  return plain ? (_, text) => text : (style, text) => styleText(style, text, { validateStream: false })
}

/** Text from a payload as a terminal may show it: a name can't move the cursor or end the line. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, '\ufffd')
}

/** `1 payload`, `3 payloads` */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`
}
