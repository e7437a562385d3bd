import { spawnSync } from 'node:child_process'
import { globSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { loadProject } from '../../src/config/load.ts'
import { problemLine } from '../../src/model/problem.ts'
import { compilePlan } from '../../src/plan/compile.ts'
import { hasPrometheus } from '../support/prometheus.ts'
import { temporaryFolder } from '../support/temporary.ts'

const ROOT = join(import.meta.dirname, '..', '..')

/** What `lint` would print for a configuration. */
function lint(config: string): { errors: readonly string[]; slos: number } {
  const { project, problems } = loadProject(config)
  const compiled = project === null ? { plan: null, problems: [] } : compilePlan(project)
  const errors = [...problems, ...compiled.problems].filter(({ severity }) => severity === 'error').map(problemLine)
  return { errors, slos: compiled.plan?.slos.length ?? 0 }
}

describe('the README', () => {
  const text = readFileSync(join(ROOT, 'README.md'), 'utf8')
  const blocks = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block = '']) => block)

  it('shows a configuration that lints clean: each block is the file that its first line names', () => {
    const folder = temporaryFolder()
    try {
      const files = blocks.map((block) => /^# (\S+\.yaml)\n/.exec(block)?.[1] ?? '')
      expect(files).toContain('rules/assay.yaml')
      expect(files).not.toContain('')
      for (const [index, file] of files.entries()) {
        mkdirSync(dirname(join(folder.path, file)), { recursive: true })
        writeFileSync(join(folder.path, file), blocks[index] ?? '')
      }
      const { errors, slos } = lint(join(folder.path, 'rules', 'assay.yaml'))
      expect(errors).toEqual([])
      expect(slos).toBe(8)
    } finally {
      folder.remove()
    }
  })

  it.skipIf(!hasPrometheus)(
    'shows a configuration that Prometheus takes, with its rules (skipped without promtool)',
    () => {
      const [, block = ''] = /```yml\n# prometheus\.yml\n([\s\S]*?)```/.exec(text) ?? []
      expect(block).toContain('rule_files')
      const folder = temporaryFolder()
      try {
        symlinkSync(join(ROOT, 'alerts'), join(folder.path, 'alerts'))
        // As it stands, and with what is left to choose.
        for (const chosen of [block, block.replaceAll(/^(\s+)# (- alerts)/gm, '$1$2')]) {
          writeFileSync(join(folder.path, 'prometheus.yml'), chosen)
          const { stdout, stderr, status } = spawnSync('promtool', ['check', 'config', 'prometheus.yml'], {
            cwd: folder.path,
            encoding: 'utf8',
          })
          expect(`${stdout}${stderr}`).toContain('SUCCESS')
          expect(status).toBe(0)
        }
      } finally {
        folder.remove()
      }
    },
  )

  it('names only files and commands that exist', () => {
    const scripts = Object.keys(
      (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object }).scripts,
    )
    const named = [...text.matchAll(/npm run (?:-s )?([a-z]+)/g)].map(([, script]) => script)
    expect(named.filter((script) => script !== undefined && !scripts.includes(script))).toEqual([])
    const links = [...text.matchAll(/\]\(([^)#]+)\)/g)]
      .map(([, link = '']) => link)
      .filter((link) => !link.startsWith('http'))
    expect(links.filter((link) => globSync(link, { cwd: ROOT }).length === 0)).toEqual([])
  })
})

describe('the examples and the shipped rules', () => {
  const configurations = ['rules/assay.yaml', ...globSync('examples/*/rules/assay.yaml', { cwd: ROOT }).sort()]

  it.each(configurations)('%s lints clean', (config) => {
    const { errors, slos } = lint(join(ROOT, config))
    expect(errors).toEqual([])
    expect(slos).toBeGreaterThan(0)
  })

  it('are YAML without a warning, every file', () => {
    const files = globSync('{rules,alerts,examples}/**/*.yaml', { cwd: ROOT })
    expect(files.length).toBeGreaterThan(10)
    for (const file of files) {
      const documents = parseAllDocuments(readFileSync(join(ROOT, file), 'utf8'))
      if ('empty' in documents) throw new Error(`${file} is empty`)
      expect(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([])
    }
  })
})
