import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openOutputs, OUTPUTS } from '../../src/cli/replay-outputs.ts'
import { type TemporaryFolder, temporaryFolder } from '../support/temporary.ts'
import { THOROUGH } from '../support/thorough.ts'

/** Each file gives way, each comes into its place, each earlier one is removed. */
const STEPS = 3 * OUTPUTS.length

/** Kills the process with SIGKILL where it would rename or remove for the nth time. */
const killedAt = (n: number) => `import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
let left = ${n}
for (const name of ['renameSync', 'rmSync']) {
  const real = fs[name]
  fs[name] = (...given) => {
    if (left-- === 0) process.kill(process.pid, 'SIGKILL')
    return real(...given)
  }
}
syncBuiltinESMExports()`

function commit(out: string, text: string, killed: number | null): NodeJS.Signals | null {
  const hook = killed === null ? [] : ['--import', `data:text/javascript,${encodeURIComponent(killedAt(killed))}`]
  const child = join(import.meta.dirname, '../support/commit-outputs-loop.ts')
  const { signal, status, stderr } = spawnSync(process.execPath, [...hook, child, out, text], { encoding: 'utf8' })
  if (signal === null && status !== 0) throw new Error(stderr)
  return signal
}

describe('the files of a replay', () => {
  let folder: TemporaryFolder
  beforeEach(() => {
    folder = temporaryFolder()
  })
  afterEach(() => folder.remove())

  /** By name, hidden ones left out. */
  const visible = () =>
    new Map(
      readdirSync(folder.path)
        .filter((name) => !name.startsWith('.'))
        .sort()
        .map((name) => [name, readFileSync(join(folder.path, name), 'utf8')]),
    )
  const all = (text: string) => new Map([...OUTPUTS].sort().map((name) => [name, text]))

  /** In this process, whole. */
  function place(text: string): void {
    const outputs = openOutputs(folder.path)
    for (const name of OUTPUTS) outputs.write(name, text)
    outputs.commit()
  }

  const steps = THOROUGH ? Array.from({ length: STEPS }, (_, step) => step) : [1, 6, 9, 14]
  it(THOROUGH
    ? 'are never some of one replay and some of another, at whatever step it is killed; the next one ends what it began'
    : 'are never some of one replay and some of another, killed at some of the steps (at each with ASSAY_REQUIRE=all: a process a step)', () => {
    for (const step of steps) {
      place('old')
      expect(commit(folder.path, 'new', step), `killed at step ${step}`).toBe('SIGKILL')
      const left = visible()
      expect(new Set(left.values()).size, `killed at step ${step}`).toBeLessThanOrEqual(1)
      // Nothing is lost: a replay that comes next and fails leaves one whole set.
      openOutputs(folder.path).discard()
      expect([all('old'), all('new')], `killed at step ${step}`).toContainEqual(visible())
      expect(readdirSync(folder.path).sort()).toEqual([...OUTPUTS].sort())
    }
    expect(commit(folder.path, 'newest', STEPS)).toBeNull()
    expect(visible()).toEqual(all('newest'))
  }, 90_000)

  it('do not mix where the folder held only some', () => {
    place('old')
    for (const name of OUTPUTS.slice(0, 3)) rmSync(join(folder.path, name))
    expect(commit(folder.path, 'new', 6)).toBe('SIGKILL')
    expect(new Set(visible().values()).size).toBe(1)
    openOutputs(folder.path).discard()
    expect(visible()).toEqual(all('new'))
  })

  it.each(OUTPUTS)('are as they were where %s cannot give way', (name) => {
    place('old')
    const outputs = openOutputs(folder.path)
    for (const one of OUTPUTS) outputs.write(one, 'new')
    mkdirSync(join(folder.path, `.${name}.old`))
    expect(() => outputs.commit()).toThrow('The results cannot be written')
    outputs.discard()
    rmdirSync(join(folder.path, `.${name}.old`))
    expect(visible()).toEqual(all('old'))
    expect(readdirSync(folder.path).sort()).toEqual([...OUTPUTS].sort())
  })
})
