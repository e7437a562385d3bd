import { afterEach, describe, expect, it } from 'vitest'
import { lint } from '../../src/cli/lint.ts'
import { type Files, writeProject } from '../support/project.ts'
import { runCommand } from '../support/run-command.ts'

const cleanUps: (() => void)[] = []
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp()
})

async function linting(files: Files, json = false) {
  const { root, remove } = writeProject(files)
  cleanUps.push(remove)
  return runCommand(root, (io) => lint({ config: 'rules/assay.yaml', json }, io), { now: () => 0 })
}

const WARNED = {
  'rules/domains/checkout/slos.yaml':
    'slos:\n  - { name: a, sli: { kind: validity, event: Order Completed }, objective: 90 }\n',
}
const BROKEN = {
  'rules/assay.yaml': 'version: 1\nhttp: { prot: 1 }\n',
  'rules/domains/checkout/slos.yaml':
    'slos:\n  - { name: a, sli: { kind: validity, event: Nothing }, objective: 90 }\n',
}

describe('assay lint', () => {
  it('says what is watched where nothing is wrong', async () => {
    expect(await linting({})).toEqual({ code: 0, out: '1 domain, 1 event, 1 SLO, 2 sources: nothing wrong\n', err: '' })
  })

  it('warns, and all is well', async () => {
    const { code, out } = await linting(WARNED)
    expect(code).toBe(0)
    expect(out).toMatch(
      /^rules\/domains\/checkout\/slos\.yaml:2:76: warning: .*\n1 domain, 1 event, 1 SLO, 2 sources: 1 warning\n$/,
    )
  })

  it('names every error in every file at once, and ends with 2', async () => {
    const { code, out, err } = await linting(BROKEN)
    expect(code).toBe(2)
    const lines = out.trimEnd().split('\n')
    expect(lines.filter((line) => !line.includes('warning'))).toEqual([
      'rules/assay.yaml:2:9: unknown key "prot" in http: did you mean "port"?',
      'rules/domains/checkout/slos.yaml:2:46: no contract has the event "Nothing": write one, or name an event that has one',
    ])
    expect(err).toBe('2 errors, 1 warning\n')
  })

  it('says the same in JSON', async () => {
    const sound = await linting({}, true)
    expect(JSON.parse(sound.out)).toEqual({
      schema_version: 1,
      ok: true,
      problems: [],
      watched: { domains: 1, events: 1, tables: 0, slos: 1, sources: 2 },
    })
    const broken = await linting(BROKEN, true)
    expect(broken.code).toBe(2)
    expect(JSON.parse(broken.out)).toMatchObject({ ok: false, watched: null })
    expect(JSON.parse(broken.out).problems[0]).toEqual({
      severity: 'error',
      file: 'rules/assay.yaml',
      line: 2,
      column: 9,
      message: 'unknown key "prot" in http: did you mean "port"?',
    })
  })

  it('of a configuration that is not there is one clear sentence', async () => {
    const { code, out } = await linting({ 'rules/assay.yaml': null, 'rules/domains/checkout/slos.yaml': null })
    expect(code).toBe(2)
    expect(out).toBe('rules/assay.yaml:1:1: there is no such file: --config names it\n')
  })
})
