import type { Located } from '../config/project.ts'
import type { ColumnConfig, ColumnType, TableConfig } from '../config/table-contract.ts'
import type { Problem } from '../model/problem.ts'
import { isCalendarDay } from '../model/time.ts'
import { sqlPattern } from './sql-pattern.ts'
import type { ColumnCheck, ColumnPlan } from './table-plan.ts'

/** Types to which a check means something. */
const MEANT_FOR: Readonly<Record<string, readonly ColumnType[]>> = {
  min_length: ['string'],
  max_length: ['string'],
  pattern: ['string'],
  minimum: ['number', 'integer', 'timestamp', 'date'],
  maximum: ['number', 'integer', 'timestamp', 'date'],
  enum: ['string', 'number', 'integer', 'boolean', 'uuid'],
}
/** A row of a Postgres answer has 1,664 columns at most. */
const MOST_CHECKS = 1_500
const INSTANT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d))?$/

/** The columns of a table contract as checks that SQL can make; what it can't is a problem. */
export function compileColumns(located: Located<TableConfig>): {
  readonly columns: readonly ColumnPlan[]
  readonly problems: readonly Problem[]
} {
  const problems: Problem[] = []
  const columns = Object.entries(located.value.columns).map(([name, config]): ColumnPlan => {
    const say = (key: string, message: string, atKey = false): void => {
      problems.push(located.problem(['columns', name, key], `${name}: ${message}`, 'error', atKey))
    }
    const type = config.type ?? impliedType(config)
    checkTypes(config, type, say)
    checkBounds(config, type, say)
    const pattern = config.pattern === undefined ? null : sqlPattern(config.pattern)
    if (pattern !== null && 'refused' in pattern) {
      say('pattern', `this pattern can't be checked in SQL: ${pattern.refused}`)
    }
    return {
      name,
      type,
      required: config.required === true,
      watched: config.required === true && config.fill === undefined,
      fill: config.fill ?? null,
      checks: checksOf(config, pattern !== null && 'sql' in pattern ? pattern.sql : null),
      pii: config['x-pii'] ?? null,
    }
  })
  if (columns.reduce((sum, { checks }) => sum + checks.length + 3, 0) > MOST_CHECKS) {
    problems.push(
      located.problem(['columns'], `more than ${MOST_CHECKS} checks don't fit into one statement: leave some out`),
    )
  }
  return { columns, problems }
}

/** What checks without a type need: a pattern needs text, a bound in digits needs a number. */
function impliedType(config: ColumnConfig): ColumnType | null {
  const { pattern, min_length, max_length, minimum, maximum } = config
  if (pattern !== undefined || min_length !== undefined || max_length !== undefined) return 'string'
  const bound = minimum ?? maximum
  if (bound !== undefined) return typeof bound === 'number' ? 'number' : /T/.test(bound) ? 'timestamp' : 'date'
  const [first] = config.enum ?? []
  if (first === undefined) return null
  return typeof first === 'number' ? 'number' : typeof first === 'boolean' ? 'boolean' : 'string'
}

type Say = (key: string, message: string, atKey?: boolean) => void

function checkTypes(config: ColumnConfig, type: ColumnType | null, say: Say): void {
  for (const [key, types] of Object.entries(MEANT_FOR)) {
    if (config[key as keyof ColumnConfig] === undefined || type === null || types.includes(type)) continue
    say(key, `${key} means nothing to type ${type}: leave it out`, true)
  }
  const fits = (value: string | number | boolean): boolean =>
    typeof value === (type === 'integer' ? 'number' : type === 'uuid' ? 'string' : type)
  const odd = (config.enum ?? []).findIndex((value) => !fits(value))
  if (odd >= 0 && type !== null && MEANT_FOR['enum']?.includes(type) === true) {
    say('enum', `its values must all be of type ${type}`)
  }
}

function checkBounds(config: ColumnConfig, type: ColumnType | null, say: Say): void {
  const ofTime = type === 'timestamp' || type === 'date'
  for (const key of ['minimum', 'maximum'] as const) {
    const bound = config[key]
    if (bound === undefined || type === null || MEANT_FOR[key]?.includes(type) === false) continue
    if (ofTime !== (typeof bound === 'string')) {
      say(key, ofTime ? `${key} must be a time in quotes, since it is a ${type}` : `${key} must be a number`)
    } else if (typeof bound === 'string' && !isTime(bound)) {
      say(key, `${key} must be a time such as "2026-01-31" or "2026-01-31T08:00:00Z"`)
    }
  }
  const { minimum, maximum, min_length: shortest, max_length: longest } = config
  if (minimum !== undefined && maximum !== undefined && typeof minimum === typeof maximum && minimum > maximum) {
    say('maximum', 'maximum is below minimum: no value would pass')
  }
  if (shortest !== undefined && longest !== undefined && shortest > longest) {
    say('max_length', 'max_length is below min_length: no value would pass')
  }
}

function isTime(text: string): boolean {
  return INSTANT.test(text) && isCalendarDay(text.slice(0, 10)) && Number.isFinite(Date.parse(text))
}

function checksOf(config: ColumnConfig, pattern: string | null): ColumnCheck[] {
  const { minimum, maximum, min_length, max_length } = config
  return [
    ...(config.enum === undefined ? [] : [{ keyword: 'enum', values: config.enum } as const]),
    ...(minimum === undefined ? [] : [{ keyword: 'minimum', bound: minimum } as const]),
    ...(maximum === undefined ? [] : [{ keyword: 'maximum', bound: maximum } as const]),
    ...(min_length === undefined ? [] : [{ keyword: 'minLength', length: min_length } as const]),
    ...(max_length === undefined ? [] : [{ keyword: 'maxLength', length: max_length } as const]),
    ...(pattern === null ? [] : [{ keyword: 'pattern', pattern } as const]),
  ]
}
