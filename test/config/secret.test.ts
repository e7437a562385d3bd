import { writeFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { readSecret, resolveSecretFiles, secretRef } from '../../src/config/secret.ts'
import { temporaryFolder } from '../support/temporary.ts'

const folder = temporaryFolder()
afterAll(folder.remove)

describe('a secret', () => {
  it('is read from the environment or a file, without the line break at its end', () => {
    const file = folder.file('txt')
    writeFileSync(file, 'abc\n')
    expect(readSecret({ file }, {})).toEqual({ value: 'abc' })
    expect(readSecret({ env: 'KEY' }, { KEY: 'xyz' })).toEqual({ value: 'xyz' })
  })

  it('that cannot be had says why, not what', () => {
    expect(readSecret({ env: 'KEY' }, {})).toEqual({ missing: 'environment variable KEY is not set' })
    expect(readSecret({ env: 'KEY' }, { KEY: '' })).toEqual({ missing: 'environment variable KEY is not set' })
    expect(readSecret({ file: '/does/not/exist' }, {})).toEqual({ missing: 'file /does/not/exist cannot be read' })
    const empty = folder.file('txt')
    writeFileSync(empty, ' \n')
    expect(readSecret({ file: empty }, {})).toEqual({ missing: `file ${empty} is empty` })
  })

  it('is written as a reference and nothing else', () => {
    expect(secretRef.safeParse({ env: 'A_1' }).success).toBe(true)
    for (const wrong of ['text', 1, null, {}, { env: '1A' }, { env: 'A', file: 'b' }, { file: '' }, ['A']]) {
      expect(secretRef.safeParse(wrong).success).toBe(false)
    }
  })

  it('in a file is looked for from the root, wherever in the configuration it is named', () => {
    const given = { a: [{ file: 'x' }, { env: 'E' }], b: { c: { file: '/abs' } }, d: { file: 'no', other: 1 } }
    expect(resolveSecretFiles(given, '/root')).toEqual({
      a: [{ file: '/root/x' }, { env: 'E' }],
      b: { c: { file: '/abs' } },
      d: { file: 'no', other: 1 },
    })
  })
})
