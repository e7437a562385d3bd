/** The fields of one line of CSV (RFC 4180), or null where a quote is left open or stands inside a field. */
export function csvFields(line: string): string[] | null {
  if (!line.includes('"')) return line.split(',')
  const fields: string[] = []
  for (let at = 0; ; ) {
    if (line[at] !== '"') {
      const end = line.indexOf(',', at)
      const field = end === -1 ? line.slice(at) : line.slice(at, end)
      if (field.includes('"')) return null
      fields.push(field)
      if (end === -1) return fields
      at = end + 1
      continue
    }
    let text = ''
    for (at += 1; ; ) {
      const quote = line.indexOf('"', at)
      if (quote === -1) return null
      text += line.slice(at, quote)
      at = quote + 1
      if (line[at] !== '"') break
      text += '"'
      at += 1
    }
    fields.push(text)
    if (at === line.length) return fields
    if (line[at] !== ',') return null
    at += 1
  }
}
