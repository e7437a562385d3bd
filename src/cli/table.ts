import { stripVTControlCharacters } from 'node:util'

/** A column's heading, and whether its cells stand to the right. */
export interface Column {
  readonly title: string
  readonly right?: boolean
}

/** Rows under headings, two spaces apart. Cells may be coloured. Ends with a line break. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const lines = [columns.map(({ title }) => title), ...rows]
  const widths = columns.map((_, index) => Math.max(...lines.map((cells) => width(cells[index] ?? ''))))
  return lines
    .map((cells) => columns.map(({ right }, index) => padded(cells[index] ?? '', widths[index] ?? 0, right === true)))
    .map((cells) => `${cells.join('  ').trimEnd()}\n`)
    .join('')
}

function padded(text: string, to: number, right: boolean): string {
  const space = ' '.repeat(Math.max(0, to - width(text)))
  return right ? space + text : text + space
}

function width(text: string): number {
  return [...stripVTControlCharacters(text)].length
}
