import { matchesGlob, relative, sep } from 'node:path'
import { didYouMean } from '../config/nearest.ts'
import type { Project } from '../config/project.ts'
import type { SourceConfig } from '../config/schema.ts'
import type { FormatConfig } from '../observe/decode/config.ts'

/** The source as whose records files are read: its id and format. */
export interface ChosenSource {
  readonly id: string
  readonly format: FormatConfig
  /** How long an id is remembered, in ms. */
  readonly horizon: number
}

/** The source that was named, else the one whose `paths` match the files, else the only one. `problem`: why none can be told. */
export function chooseSource(
  project: Project,
  paths: readonly string[],
  named: string | null,
): ChosenSource | { readonly problem: string } {
  const { sources } = project.assay.value
  const ids = sources.map(({ id }) => id)
  if (named !== null) {
    const source = sources.find(({ id }) => id === named)
    if (source !== undefined) return chosen(source)
    const hint = didYouMean(named, ids, `there are ${ids.join(', ') || 'none'}`)
    return { problem: `there is no source "${named}": ${hint}` }
  }
  const matching = sources.filter(
    (source) => source.type === 'file' && paths.some((path) => isOf(project.root, source.paths, path)),
  )
  const [only, another] = matching.length > 0 ? matching : sources
  if (only === undefined) return { problem: 'the configuration has no source: add one under sources in assay.yaml' }
  if (another !== undefined)
    return { problem: `several sources could have sent these files (${ids.join(', ')}): say which with --source` }
  return chosen(only)
}

function chosen(source: SourceConfig): ChosenSource {
  const format: FormatConfig = source.type === 'demo' ? { type: 'segment' } : (source.format ?? { type: 'segment' })
  return { id: source.id, format, horizon: source.duplicates_horizon }
}

/** Whether a file is among those that a source's globs name. */
function isOf(root: string, globs: readonly string[], path: string): boolean {
  const below = relative(root, path).split(sep).join('/')
  return globs.some(
    (glob) => matchesGlob(below, glob) || matchesGlob(path, glob) || below.startsWith(`${glob.replace(/\/$/, '')}/`),
  )
}
