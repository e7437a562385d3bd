import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { parseDocuments, type Path } from '../../src/config/document.ts'
import { processorTime } from '../support/processor-time.ts'
import { runsOf } from '../support/thorough.ts'

const bombs: Record<string, { text: string; says: RegExp }> = {
  'aliases that double ten times': {
    text: Array.from({ length: 30 }, (_, i) =>
      i === 0 ? 'a0: &a0 [x, x]' : `a${i}: &a${i} [*a${i - 1}, *a${i - 1}]`,
    ).join('\n'),
    says: /aliases unfold to too much/,
  },
  'an alias that names what it stands in': { text: 'a: &a\n  b: *a\n', says: /it would never end/ },
  'a hundred thousand brackets': { text: '['.repeat(100_000), says: /nested deeper/ },
  'a hundred thousand maps in each other': { text: '{a: '.repeat(100_000), says: /nested deeper/ },
  'a hundred thousand dashes': { text: `${'- '.repeat(100_000)}x`, says: /nested deeper/ },
  'an alias of nothing': {
    text: 'a: &x 1\ntopics: [*x, *orders]\n',
    says: /^\*orders is an alias, and no &orders stands above it/,
  },
  'a merge of what is no map': { text: 'a: &x 1\nb: { <<: *x }\n', says: /^a merge key \(<<\) takes a map/ },
  '101 levels': { text: `${'['.repeat(101)}${']'.repeat(101)}`, says: /nested deeper than 100 levels/ },
  'more than 5 MB': { text: `a: ${'x'.repeat(5_000_001)}`, says: /larger than 5 MB/ },
  nothing: { text: '', says: /nothing here/ },
  null: { text: '~', says: /nothing here/ },
}

describe('a file of YAML', () => {
  it.each(Object.entries(bombs))('%s is refused, soon and in few words', (_name, { text, says }) => {
    const began = processorTime()
    const { documents, problems } = parseDocuments('rules/a.yaml', text)
    expect(documents).toEqual([])
    expect(problems.length).toBeGreaterThan(0)
    expect(problems.length).toBeLessThanOrEqual(20)
    expect(problems[0]?.message).toMatch(says)
    expect(processorTime() - began).toBeLessThan(5_000)
  })

  it('may merge several maps into one', () => {
    const { documents } = parseDocuments('a.yaml', 'a: &a { x: 1 }\nb: &b { y: 2 }\nc:\n  <<: *a\n  <<: *b\n')
    expect(documents[0]?.value).toMatchObject({ c: { x: 1, y: 2 } })
  })

  it('with an alias of nothing, or a stray merge, says where', () => {
    const place = (text: string) =>
      parseDocuments('a.yaml', text).problems.map(({ line, column }) => `${line}:${column}`)
    expect(place('a: 1\nb: [*com]\n')).toEqual(['2:5'])
    expect(place('a: 1\nb:\n  - <<: [x]\n')).toEqual(['3:5'])
    expect(place('a: 1\n"<<": x\n')).toEqual([])
  })

  it('of ten thousand keys is read in seconds, not minutes, and a key that stands twice is found', () => {
    const lines = Array.from({ length: 10_000 }, (_, index) => `key${index}: { type: string }`)
    const { problems } = parseDocuments('a.yaml', [...lines, 'key77: again'].join('\n'))
    expect(problems).toEqual([
      {
        severity: 'error',
        file: 'a.yaml',
        line: 10_001,
        column: 1,
        message: 'the key "key77" stands twice in the same map: keep one of them',
      },
    ])
  })

  it('with names of an object’s own parts gives nobody else such parts', () => {
    const { documents } = parseDocuments('a.yaml', '__proto__: { polluted: yes }\nconstructor: 1\n')
    expect(Object.keys(documents[0]?.value as object)).toEqual(['__proto__', 'constructor'])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  it('knows where each of its values stands', () => {
    const [document] = parseDocuments('a.yaml', 'a:\n  - b: 1\n    "c d": &x { e: 2 }\n  - *x\n').documents
    const at = (path: Path, atKey = false) => {
      const { line, column } = document?.at(path, atKey) ?? { line: 0, column: 0 }
      return `${line}:${column}`
    }
    expect(at([])).toBe('1:1')
    expect(at(['a', 0, 'b'])).toBe('2:8')
    expect(at(['a', 0, 'b'], true)).toBe('2:5')
    expect(at(['a', 0, 'c d', 'e'])).toBe('3:20')
    expect(at(['a', 1, 'e'])).toBe('4:5')
    expect(at(['a', 7, 'none'])).toBe('2:3')
  })

  it('throws at no text', () => {
    const fragments = fc.constantFrom(
      'a:',
      ' ',
      '\n',
      '- ',
      '{',
      '}',
      '[',
      ']',
      '&x',
      '*x',
      '<<: ',
      '"',
      "'",
      '|',
      '---',
      '\t',
      '#',
      '!!int',
      '\u0000',
      '? ',
      ',',
      '%',
    )
    fc.assert(
      fc.property(fc.array(fragments, { maxLength: 40 }), (parts) => {
        const { documents, problems } = parseDocuments('a.yaml', parts.join(''))
        expect(documents.length + problems.length).toBeGreaterThan(0)
        for (const document of documents) JSON.stringify(document.value)
      }),
      runsOf(500),
    )
  })

  it('gives back what was written', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), (value) => {
        const plain = JSON.parse(JSON.stringify(value)) as Record<string, unknown>
        fc.pre(!Object.hasOwn(plain, '__proto__'))
        // The library writes a key `<<` without quotes, which merges.
        const text = stringify(plain).replaceAll(/^( *(?:- )*)<<:/gm, '$1"<<":')
        const { documents, problems } = parseDocuments('a.yaml', text)
        expect(problems).toEqual([])
        expect(documents[0]?.value).toEqual(plain)
      }),
      runsOf(200),
    )
  })
})
