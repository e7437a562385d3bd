import type { ColumnType } from '../../../config/table-contract.ts'

/** What can be done with a column, whatever the name of its type. */
export type ColumnClass =
  | 'text'
  | 'integer'
  | 'decimal'
  | 'float'
  | 'boolean'
  | 'timestamptz'
  | 'timestamp'
  | 'date'
  | 'uuid'
  | 'json'
  | 'other'

const CLASSES: Readonly<Record<string, ColumnClass>> = {
  text: 'text',
  varchar: 'text',
  bpchar: 'text',
  name: 'text',
  citext: 'text',
  int2: 'integer',
  int4: 'integer',
  int8: 'integer',
  numeric: 'decimal',
  float4: 'float',
  float8: 'float',
  bool: 'boolean',
  timestamptz: 'timestamptz',
  timestamp: 'timestamp',
  date: 'date',
  uuid: 'uuid',
  json: 'json',
  jsonb: 'json',
}

/** `kind` is `e` for an enumeration: its labels are text. */
export function classOf(type: string, kind: string): ColumnClass {
  return kind === 'e' ? 'text' : (CLASSES[type] ?? 'other')
}

const HOLDS: Readonly<Record<ColumnType, readonly ColumnClass[]>> = {
  string: ['text', 'uuid'],
  integer: ['integer', 'decimal', 'float'],
  number: ['integer', 'decimal', 'float'],
  boolean: ['boolean'],
  timestamp: ['timestamptz', 'timestamp'],
  date: ['date'],
  uuid: ['uuid', 'text'],
  json: ['json'],
}

/** Whether a column of this class can hold values of the type that the contract asks for. */
export function canHold(column: ColumnClass, type: ColumnType | null): boolean {
  return type === null || HOLDS[type].includes(column)
}
