import type { ColumnType } from '../../../config/table-contract.ts'
import type { ColumnCheck, ColumnPlan } from '../../../plan/table-plan.ts'
import { canHold, type ColumnClass } from './column-class.ts'
import { type Parameters, quoted } from './parameters.ts'

/** A column as the catalogue describes it. */
export interface CatalogueColumn {
  readonly name: string
  /** As Postgres writes it: `character varying`. */
  readonly type: string
  readonly class: ColumnClass
}

/** A way to break the contract: what it is called and when a row does it (NULL: it doesn't). */
export interface Predicate {
  readonly keyword: string
  readonly message: string
  readonly sql: string
}

/** Every way in which a column's value can break its contract. */
export function violationsOf(plan: ColumnPlan, column: CatalogueColumn, parameters: Parameters): Predicate[] {
  const name = quoted(column.name)
  const required: Predicate[] = plan.required
    ? [{ keyword: 'required', message: 'missing', sql: `${name} is null` }]
    : []
  if (!canHold(column.class, plan.type)) {
    // What is asked of a number can't be asked of a text: that it is none says it all.
    return [
      ...required,
      { keyword: 'type', message: `${column.type} instead of ${plan.type}`, sql: `${name} is not null` },
    ]
  }
  return [
    ...required,
    ...typePredicates(plan.type, column.class, name),
    ...plan.checks.map((check) => ({
      keyword: check.keyword,
      message: messageOf(check),
      sql: breaking(check, column.class, name, parameters),
    })),
  ]
}

/** When a column isn't filled: NULL, or `''`. */
export function unfilled({ name, class: of }: CatalogueColumn): string {
  return of === 'text' ? `(${quoted(name)} is null or ${quoted(name)}::text = '')` : `${quoted(name)} is null`
}

const UUID = "'^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$'"

/** Values that the column can hold and the contract's type can't. */
function typePredicates(type: ColumnType | null, of: ColumnClass, name: string): Predicate[] {
  if (type === 'uuid' && of === 'text') {
    return [{ keyword: 'type', message: 'no valid uuid', sql: `(${name}::text collate "C") !~ ${UUID}` }]
  }
  const noNumber =
    of === 'float' ? `${name}::float8 in ('NaN', 'Infinity', '-Infinity')` : of === 'decimal' ? `${name} = 'NaN'` : null
  if (type === 'number' && noNumber !== null) return [{ keyword: 'type', message: 'no number', sql: noNumber }]
  if (type === 'integer' && noNumber !== null) {
    return [{ keyword: 'type', message: 'no whole number', sql: `(${noNumber} or ${name} <> trunc(${name}))` }]
  }
  return []
}

function breaking(check: ColumnCheck, of: ColumnClass, name: string, parameters: Parameters): string {
  switch (check.keyword) {
    case 'enum': {
      const { type, value } = comparable(of, name)
      return `${value} <> all(${parameters.add(check.values.map(String), `${type}[]`)})`
    }
    case 'minimum':
    case 'maximum': {
      const { type, value } = comparable(of, name)
      const bound = parameters.add(String(check.bound), of === 'timestamp' ? 'timestamptz' : type)
      const shown = of === 'timestamp' ? `(${bound} at time zone 'UTC')` : bound
      return `${value} ${check.keyword === 'minimum' ? '<' : '>'} ${shown}`
    }
    case 'minLength':
    case 'maxLength': {
      const sign = check.keyword === 'minLength' ? '<' : '>'
      return `char_length(${name}::text) ${sign} ${parameters.add(check.length, 'int4')}`
    }
    case 'pattern':
      return `(${name}::text collate "C") !~ ${parameters.add(check.pattern, 'text')}`
  }
}

/** In which type a column's values are compared with the contract's. */
function comparable(of: ColumnClass, name: string): { readonly type: string; readonly value: string } {
  switch (of) {
    case 'integer':
    case 'decimal':
      return { type: 'numeric', value: name }
    case 'float':
      return { type: 'float8', value: name }
    case 'boolean':
      return { type: 'bool', value: name }
    case 'timestamp':
    case 'timestamptz':
    case 'date':
      return { type: of, value: name }
    default:
      return { type: 'text', value: `${name}::text` }
  }
}

/** In the words that events' violations have. */
function messageOf(check: ColumnCheck): string {
  switch (check.keyword) {
    case 'enum': {
      const shown = check.values.slice(0, 8).join(', ')
      return `not one of ${check.values.length > 8 || shown.length > 120 ? `${shown.slice(0, 120)}, …` : shown}`
    }
    case 'minimum':
      return `below ${check.bound}`
    case 'maximum':
      return `above ${check.bound}`
    case 'minLength':
      return `shorter than ${check.length}`
    case 'maxLength':
      return `longer than ${check.length}`
    case 'pattern':
      return 'does not match the pattern'
  }
}
