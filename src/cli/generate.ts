import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { Failure } from '../model/failure.ts'
import type { GeneratedFile } from '../report/generated-file.ts'
import { GENERATED, type GeneratedKind } from './generated.ts'
import type { ExitCode, Io } from './io.ts'
import { type Configured, configured } from './project.ts'

export interface GenerateOptions {
  readonly config: string
  readonly kind: GeneratedKind
  /** Instead of the usual folder. */
  readonly out?: string
  /** Writes nothing; 1 where a file isn't what would be written. */
  readonly check: boolean
}

const DEFAULT_CONFIG = 'rules/assay.yaml'

/** Writes the files that are made from the rules, or checks that they are up to date. */
export async function generate({ config, kind, out, check }: GenerateOptions, io: Io): Promise<ExitCode> {
  const configuration = configured(config, io)
  if (configuration === null) return 2
  const folder = out === undefined ? join(configuration.project.root, GENERATED[kind]) : resolve(io.cwd, out)
  const files = await filesOf(kind, configuration)
  const stale = files.flatMap((file) => {
    const state = stateOf(join(folder, file.path), file.text)
    return state === 'up to date' ? [] : [{ ...file, state }]
  })
  const shown = (path: string) => relative(io.cwd, join(folder, path)).split(sep).join('/')
  if (check) {
    for (const { path, state } of stale) io.out(`${shown(path)}: ${state}\n`)
    if (stale.length === 0) {
      io.out(`${files.length} files are up to date.\n`)
      return 0
    }
    const where = `${config === DEFAULT_CONFIG ? '' : ` --config ${config}`}${out === undefined ? '' : ` --out ${out}`}`
    io.err(`assay: run \`assay generate ${kind}${where}\` and commit what it writes\n`)
    return 1
  }
  for (const { path, text } of stale) write(join(folder, path), text)
  for (const { path } of stale) io.out(`${shown(path)}\n`)
  io.out(`${stale.length} of ${files.length} files written, the others were up to date.\n`)
  return 0
}

async function filesOf(kind: GeneratedKind, { project, plan }: Configured): Promise<readonly GeneratedFile[]> {
  const { public_url: publicUrl = null } = project.assay.value.http
  switch (kind) {
    case 'prometheus': {
      const { prometheusFiles } = await import('../report/rules/rules.ts')
      return prometheusFiles(plan, publicUrl)
    }
    case 'dashboards': {
      const { dashboardFiles } = await import('../report/dashboards/dashboards.ts')
      const { host, port } = project.assay.value.http
      return dashboardFiles(publicUrl ?? `http://${host}:${port}`)
    }
  }
}

function stateOf(file: string, text: string): 'up to date' | 'missing' | 'differs from what the rules say' {
  if (!existsSync(file)) return 'missing'
  return readFileSync(file, 'utf8') === text ? 'up to date' : 'differs from what the rules say'
}

function write(file: string, text: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  } catch (error) {
    throw new Failure('bad_input', `${file} cannot be written: ${error instanceof Error ? error.message : error}`, {
      remedy: 'Name another folder with --out.',
      cause: error,
    })
  }
}
