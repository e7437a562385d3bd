import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { createFileEmitter } from '../../../../src/report/lineage/transports/file.ts'
import { emitterContract } from '../../../contract/emitter.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

const removes: (() => void)[] = []
afterEach(() => {
  for (const remove of removes.splice(0)) remove()
})
const NEVER = new AbortController().signal

function somewhere(): string {
  const { path, remove } = temporaryFolder()
  removes.push(remove)
  return join(path, 'lineage', 'events.ndjson')
}

function linesOf(path: string): object[] {
  return existsSync(path)
    ? readFileSync(path, 'utf8')
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as object)
    : []
}

emitterContract(async () => {
  const path = somewhere()
  return {
    emitter: createFileEmitter({ path }),
    arrived: () => linesOf(path),
    // A folder stands where the file belongs: root may write anything else.
    breakDown: () => void mkdirSync(path, { recursive: true }),
    mend: () => rmSync(path, { recursive: true }),
  }
})

it('goes on after what is there', async () => {
  const path = somewhere()
  for (const number of [1, 2]) await createFileEmitter({ path }).emit({ number }, NEVER)
  expect(linesOf(path)).toEqual([{ number: 1 }, { number: 2 }])
})

it.each(['{"number":', `{"text":"${'x'.repeat(200_000)}`])('takes away a line that a crash cut short', async (torn) => {
  const path = somewhere()
  await createFileEmitter({ path }).emit({ number: 1 }, NEVER)
  appendFileSync(path, torn)
  await createFileEmitter({ path }).emit({ number: 2 }, NEVER)
  expect(linesOf(path)).toEqual([{ number: 1 }, { number: 2 }])
})

it('takes away a file that is nothing but a torn line', async () => {
  const path = somewhere()
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, '{"number":')
  await createFileEmitter({ path }).emit({ number: 2 }, NEVER)
  expect(linesOf(path)).toEqual([{ number: 2 }])
})

it('keeps calls apart, however many come at once', async () => {
  const path = somewhere()
  const emitter = createFileEmitter({ path })
  await Promise.all(Array.from({ length: 50 }, (_, number) => emitter.emit({ number, text: 'x'.repeat(5_000) }, NEVER)))
  expect(linesOf(path)).toMatchObject(Array.from({ length: 50 }, (_, number) => ({ number })))
})

it('puts a file aside that has grown too large, and keeps so many', async () => {
  const path = somewhere()
  const emitter = createFileEmitter({ path, mostBytes: 100, kept: 2 })
  for (let number = 0; number < 40; number += 1) await emitter.emit({ number }, NEVER)
  expect(readdirSync(dirname(path)).sort()).toEqual(['events.ndjson', 'events.ndjson.1', 'events.ndjson.2'])
  for (const name of [path, `${path}.1`, `${path}.2`]) expect(statSync(name).size).toBeLessThanOrEqual(100)
  const kept = [`${path}.2`, `${path}.1`, path].flatMap(linesOf) as { number: number }[]
  expect(kept.map(({ number }) => number)).toEqual(
    Array.from({ length: kept.length }, (_, index) => 40 - kept.length + index),
  )
})
