import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sqlPattern } from '../../../../src/plan/sql-pattern.ts'
import { withPostgres } from '../../../support/postgres.ts'

const PATTERNS = [
  '^o-\\d+$',
  '^[A-Z]{2}\\d{4,6}$',
  'a.c',
  '^(?:foo|bar)-(\\w+)$',
  '^[^a-c]*$',
  '^\\s?$',
  'ab*?c',
  '^.{3}$',
  '[\\d.]+',
  '^\\$\\{x\\}$',
  '(a|b|)c',
  '^[a\\-z]+$',
  '\\D\\W',
  '^[é-ü]+$',
]
const aText = fc.string({ unit: fc.constantFrom(...'abcABCo-019.é\n\r_$}x ٣ü', '{'), maxLength: 8 })

withPostgres('a pattern that is left to Postgres', (postgres) => {
  let client: pg.Client
  beforeAll(async () => {
    client = new pg.Client(await postgres.createDatabase())
    await client.connect()
  })
  afterAll(() => client.end())

  it.each(PATTERNS)('matches what it matches in JavaScript: %s', async (pattern) => {
    const read = sqlPattern(pattern)
    if ('refused' in read) {
      // White space differs beyond ASCII: better refused than read otherwise.
      expect(pattern).toBe('^\\s?$')
      return
    }
    const regex = new RegExp(pattern, 'u')
    const texts = fc.sample(aText, { numRuns: 400, seed: 7 })
    const { rows } = await client.query<{ hit: boolean }>(
      'select (t collate "C") ~ $1 as hit from unnest($2::text[]) with ordinality as u(t, n) order by n',
      [read.sql, texts],
    )
    expect(texts.filter((text, index) => rows[index]?.hit !== regex.test(text))).toEqual([])
  })
})

describe('a pattern that Postgres would read otherwise', () => {
  it.each([
    '(?=a)',
    '(?<!a)b',
    '(a)\\1',
    '\\bword',
    '\\p{L}+',
    'a{1,300}',
    '[[:alpha:]]',
    '(?<name>a)',
    '\\u0041',
    '***=a',
    '(',
    'a**',
  ])('is refused: %s', (pattern) => {
    expect(sqlPattern(pattern)).toHaveProperty('refused')
  })
})
