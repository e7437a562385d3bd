import { describe, expect, it } from 'vitest'
import { createKeyCheck, offeredKey } from '../../../../src/observe/sources/http/write-key.ts'

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

describe('write keys', () => {
  it.each([
    ['the user of basic auth', basic('key:'), 'key'],
    ['a user with a password', basic('key:secret:x'), 'key'],
    ['a user without a colon', basic('key'), 'key'],
    ['any case of the scheme', basic('key:').replace('Basic', 'bAsIc'), 'key'],
    ['a bearer token', 'Bearer key', 'key'],
    ['no header', undefined, null],
    ['another scheme', 'Digest abc', null],
    ['a scheme alone', 'Basic', null],
    ['an empty user', basic(':'), ''],
  ])('reads %s', (_name, header, key) => {
    expect(offeredKey(header)).toBe(key)
  })

  it('knows the configured keys, wherever they stand in the list', () => {
    const check = createKeyCheck(['one', 'two', 'three'])
    expect(['one', 'two', 'three'].every(check)).toBe(true)
    expect([null, '', 'on', 'one ', 'ONE', 'four'].some(check)).toBe(false)
  })

  it('takes any key where none is configured, and none where the list is empty', () => {
    const open = createKeyCheck(null)
    expect([null, '', 'any'].every(open)).toBe(true)
    expect(createKeyCheck([])('any')).toBe(false)
  })
})
