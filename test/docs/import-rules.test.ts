import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../support/temporary.ts'

const ROOT = join(import.meta.dirname, '..', '..')

/** The rules on a tree of two or three files: a check that can't fail would pass on the real tree as well. */
function broken(folder: string, files: Readonly<Record<string, string>>): readonly string[] {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(folder, 'src', file, '..'), { recursive: true })
    writeFileSync(join(folder, 'src', file), text)
  }
  const run = spawnSync(
    process.execPath,
    [
      join(ROOT, 'node_modules', '.bin', 'depcruise'),
      '--config',
      '.dependency-cruiser.mjs',
      '--output-type',
      'json',
      'src',
    ],
    { cwd: folder, encoding: 'utf8' },
  )
  const { summary } = JSON.parse(run.stdout) as {
    summary: { violations: { rule: { name: string } }[]; totalCruised: number }
  }
  expect(summary.totalCruised).toBeGreaterThanOrEqual(Object.keys(files).length)
  return summary.violations.map(({ rule }) => rule.name).sort()
}

const cases: Record<string, { files: Record<string, string>; rule: string }> = {
  'the model imports nothing': {
    files: { 'model/a.ts': "import { b } from '../plan/b.ts'\nexport const a = b", 'plan/b.ts': 'export const b = 1' },
    rule: 'model-imports-nothing',
  },
  'what is pure knows no edge': {
    files: {
      'judge/a.ts': "import { b } from '../store/b.ts'\nexport const a = b",
      'store/b.ts': 'export const b = 1',
    },
    rule: 'pure-knows-no-edge',
  },
  'what is pure touches no world': {
    files: { 'judge/a.ts': "import { readFileSync } from 'node:fs'\nexport const a = readFileSync" },
    rule: 'pure-touches-no-world',
  },
  'edges know no other edge': {
    files: {
      'observe/sources/http/a.ts': "import { b } from '../../../store/b.ts'\nexport const a = b",
      'store/b.ts': 'export const b = 1',
    },
    rule: 'edges-know-no-other-edge',
  },
  'dashboards are loaded only when they are made': {
    files: {
      'cli/a.ts': "import { b } from '../report/dashboards/b.ts'\nexport const a = b",
      'report/dashboards/b.ts': 'export const b = 1',
    },
    rule: 'dashboards-only-when-made',
  },
  'only the runtime and the command line wire': {
    files: {
      'serve/a.ts': "import { b } from '../runtime/b.ts'\nexport const a = b",
      'runtime/b.ts': 'export const b = 1',
    },
    rule: 'only-runtime-and-cli-wire',
  },
  'nothing goes in circles': {
    files: {
      'plan/a.ts': "import { b } from './b.ts'\nexport const a = b",
      'plan/b.ts': "import { a } from './a.ts'\nexport const b = a",
    },
    rule: 'no-cycles',
  },
}

describe('the import rules', () => {
  let folder: ReturnType<typeof temporaryFolder>
  beforeAll(() => {
    folder = temporaryFolder()
  })
  afterAll(() => folder.remove())

  it.each(Object.entries(cases))('%s', (name, { files, rule }) => {
    const place = join(folder.path, name.replaceAll(' ', '-'))
    mkdirSync(place)
    cpSync(join(ROOT, '.dependency-cruiser.mjs'), join(place, '.dependency-cruiser.mjs'))
    symlinkSync(join(ROOT, 'node_modules'), join(place, 'node_modules'))
    expect(broken(place, files)).toContain(rule)
  })
})
