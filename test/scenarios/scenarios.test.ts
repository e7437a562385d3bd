import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { replay } from '../../src/cli/replay.ts'
import { differences } from './expectation.ts'
import { THOROUGH } from '../support/thorough.ts'
import { runScenario, scenarios } from './run.ts'

const folders: string[] = []
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'assay-scenario-'))
  folders.push(folder)
  return folder
}
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** So long takes the volume detector to learn a week. Of these `collapse-inside-the-hour` is run everywhere. */
const TWO_WEEKS = new Set(['release-without-orders', 'silence-before-volume', 'volume-platform-gone'])

describe('a replay gives what was worked out by hand', () => {
  for (const scenario of scenarios()) {
    const { name } = scenario
    const isLong = TWO_WEEKS.has(name)
    const told = isLong ? `${name} (two weeks of events, 4 s of the processor: with ASSAY_REQUIRE=all)` : name
    it.skipIf(isLong && !THOROUGH)(told, async () => {
      expect(differences(scenario.expected, await runScenario(scenario, newFolder(), replay))).toEqual([])
    })
  }

  it.each(['bad-release', 'hostile-payloads', 'silent-event'])('and the same bytes again: %s', async (name) => {
    const scenario = scenarios().find((one) => one.name === name)
    if (scenario === undefined) throw new Error(`no scenario ${name}`)
    const out = newFolder()
    const written = async () => {
      await runScenario(scenario, out, replay)
      return readdirSync(out)
        .sort()
        .map((file) => [file, readFileSync(join(out, file), 'utf8')] as const)
    }
    const first = await written()
    expect(first.map(([file]) => file)).toContain('scorecard.json')
    expect(await written()).toEqual(first)
  })
})
