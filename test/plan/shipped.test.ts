import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readProject } from '../../src/config/load.ts'
import { problemLine } from '../../src/model/problem.ts'
import { compilePlan } from '../../src/plan/compile.ts'

const ROOT = join(import.meta.dirname, '../..')

describe('the shipped configuration', () => {
  const { project, problems } = readProject(join(ROOT, 'rules/assay.yaml'))
  const compiled = compilePlan(project, new Map(), true)

  it('lints clean, without a warning', () => {
    expect([...problems, ...compiled.problems].map(problemLine)).toEqual([])
  })

  it('has a runbook for every SLO', () => {
    const missing = compiled.plan?.slos.filter(({ runbook }) => !existsSync(join(ROOT, 'alerts', runbook)))
    expect(missing).toEqual([])
  })
})
