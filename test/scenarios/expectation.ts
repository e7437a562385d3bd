/** What a scenario's `expected.json` says: facts worked out by hand. Objects match when they hold at least these fields. */
export interface Expectation {
  readonly exit?: number
  readonly fail_on?: 'page' | 'ticket'
  /** Which verdict lines replay writes; every minute's unless told otherwise. */
  readonly written?: 'all' | 'changes'
  /** Each is exactly one line: that of its `at` and `slo`. */
  readonly verdicts: readonly Fields[]
  readonly verdict_count?: readonly { readonly slo: string; readonly count: number }[]
  /** These and no others, by the time they opened. */
  readonly incidents: readonly Fields[]
  /** Where given: these and no others, in whatever order. */
  readonly notifications?: readonly Fields[]
  /** How many records are quarantined. */
  readonly quarantine: number
  /** Each is a record of its own. */
  readonly quarantine_entries?: readonly Fields[]
  /** The sum over the series that carry these labels. */
  readonly metrics?: readonly {
    readonly name: string
    readonly labels: Readonly<Record<string, string>>
    readonly value: number
  }[]
}

export type Fields = Readonly<Record<string, unknown>>

/** What replay wrote. */
export interface Outputs {
  readonly exit: number
  readonly verdicts: readonly Fields[]
  readonly incidents: readonly Fields[]
  readonly notifications: readonly Fields[]
  readonly quarantine: readonly Fields[]
  readonly metrics: string
}

/** Where the outputs differ from what was worked out, in words; empty: nowhere. */
export function differences(expected: Expectation, outputs: Outputs): readonly string[] {
  return [
    ...(expected.exit === undefined || expected.exit === outputs.exit
      ? []
      : [`exit code ${outputs.exit} instead of ${expected.exit}`]),
    ...expected.verdicts.flatMap((verdict) => verdictDifference(verdict, outputs.verdicts)),
    ...(expected.verdict_count ?? []).flatMap(({ slo, count }) => {
      const found = outputs.verdicts.filter((line) => line['slo'] === slo).length
      return found === count ? [] : [`${found} verdicts of ${slo} instead of ${count}`]
    }),
    ...listDifferences('incident', expected.incidents, outputs.incidents, true),
    ...(expected.notifications === undefined
      ? []
      : listDifferences('notification', expected.notifications, outputs.notifications, true)),
    ...(outputs.quarantine.length === expected.quarantine
      ? []
      : [`${outputs.quarantine.length} quarantined instead of ${expected.quarantine}`]),
    ...listDifferences('quarantined record', expected.quarantine_entries ?? [], outputs.quarantine, false),
    ...(expected.metrics ?? []).flatMap(({ name, labels, value }) => {
      const found = metricSum(outputs.metrics, name, labels)
      return found === value ? [] : [`${name}${JSON.stringify(labels)} is ${found} instead of ${value}`]
    }),
  ]
}

function verdictDifference(expected: Fields, lines: readonly Fields[]): readonly string[] {
  const found = lines.filter((line) => line['at'] === expected['at'] && line['slo'] === expected['slo'])
  const [only] = found
  const name = `verdict of ${expected['slo']} at ${expected['at']}`
  if (only === undefined || found.length > 1) return [`${name}: ${found.length} lines`]
  return fieldDifferences(expected, only).map((text) => `${name}: ${text}`)
}

/** Pairs each expected object with one that matches it; says of the others what is nearest, or which are too many. */
function listDifferences(
  what: string,
  expected: readonly Fields[],
  found: readonly Fields[],
  complete: boolean,
): readonly string[] {
  const left = [...found]
  const missing: Fields[] = []
  for (const one of expected) {
    const index = left.findIndex((other) => fieldDifferences(one, other).length === 0)
    if (index === -1) missing.push(one)
    else left.splice(index, 1)
  }
  return [
    ...missing.map((one) => {
      const nearest = left.map((other) => fieldDifferences(one, other)).sort((a, b) => a.length - b.length)[0]
      return `${what} ${JSON.stringify(one)}: ${nearest === undefined ? 'none left' : nearest.join(', ')}`
    }),
    ...(complete && left.length > missing.length
      ? [`${left.length - missing.length} more than the ${expected.length} expected of ${what}: ${brief(left)}`]
      : []),
  ]
}

function brief(objects: readonly Fields[]): string {
  return JSON.stringify(objects.map(({ request: _, timeline: __, ...rest }) => rest)).slice(0, 1_000)
}

/** Fields of `expected` that `found` doesn't have so; numbers to the last of their 6 decimals. */
function fieldDifferences(expected: unknown, found: unknown, path = ''): readonly string[] {
  if (typeof expected === 'number' && typeof found === 'number') {
    return Math.abs(expected - found) <= 1.5e-6 ? [] : [`${path} is ${found} instead of ${expected}`]
  }
  if (Array.isArray(expected) && Array.isArray(found) && expected.length === found.length) {
    return expected.flatMap((value, index) => fieldDifferences(value, found[index], `${path}[${index}]`))
  }
  if (isObject(expected) && isObject(found)) {
    return Object.entries(expected).flatMap(([key, value]) =>
      fieldDifferences(value, found[key], path === '' ? key : `${path}.${key}`),
    )
  }
  return expected === found ? [] : [`${path} is ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`]
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Sum of the series of this name that carry these labels, from Prometheus' text format. */
function metricSum(text: string, name: string, labels: Readonly<Record<string, string>>): number {
  let sum = 0
  for (const line of text.split('\n')) {
    if (!line.startsWith(`${name}{`) && !line.startsWith(`${name} `)) continue
    if (Object.entries(labels).every(([label, value]) => line.includes(`${label}="${value}"`))) {
      sum += Number(line.slice(line.lastIndexOf(' ') + 1))
    }
  }
  return sum
}
