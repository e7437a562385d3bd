import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readTraceparent, sentTraceparent } from '../../src/model/trace.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const SPAN = '00f067aa0ba902b7'

describe('a traceparent', () => {
  it('names trace, span and whether it was sampled', () => {
    expect(readTraceparent(`00-${TRACE}-${SPAN}-01`)).toEqual({ traceId: TRACE, spanId: SPAN, sampled: true })
    expect(readTraceparent(`00-${TRACE}-${SPAN}-00`)?.sampled).toBe(false)
  })
  it('of a later version may say more', () => {
    expect(readTraceparent(`cc-${TRACE}-${SPAN}-03-what-comes`)).toMatchObject({ traceId: TRACE, sampled: true })
  })
  const none: Record<string, string> = {
    'version ff is none': `ff-${TRACE}-${SPAN}-01`,
    'version 00 with more behind it': `00-${TRACE}-${SPAN}-01-more`,
    'a trace of zeros': `00-${'0'.repeat(32)}-${SPAN}-01`,
    'a span of zeros': `00-${TRACE}-${'0'.repeat(16)}-01`,
    'capital letters': `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    'a short trace': `00-${TRACE.slice(1)}-${SPAN}-01`,
    nothing: '',
  }
  for (const [what, text] of Object.entries(none))
    it(`is none: ${what}`, () => expect(readTraceparent(text)).toBeNull())

  it('is text, bytes, or the first of several; never longer than 128 characters', () => {
    const text = `00-${TRACE}-${SPAN}-01`
    expect(sentTraceparent(text)).toBe(text)
    expect(sentTraceparent(Buffer.from(text))).toBe(text)
    expect(sentTraceparent([Buffer.from(text), Buffer.from('other')])).toBe(text)
    for (const header of [undefined, null, '', [], 7, {}, 'x'.repeat(129), Buffer.alloc(129)]) {
      expect(sentTraceparent(header)).toBeNull()
    }
  })
  it('never throws, whatever is sent', () => {
    fc.assert(
      fc.property(fc.anything(), (header) => {
        const sent = sentTraceparent(header)
        if (sent !== null) readTraceparent(sent)
      }),
    )
  })
})
