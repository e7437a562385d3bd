import type { Router } from 'express'
import { span } from '../alert/figures.ts'
import type { SourceConfig } from '../config/schema.ts'
import { type Duration, formatDuration, SECOND } from '../model/time.ts'
import type { SourceState } from '../observe/sources/source.ts'
import type { StreamFigures } from '../model/stream.ts'
import { ingest, type IngestDeps } from './ingest.ts'
import type { Log } from './log.ts'
import type { RunningSource } from './sources.ts'

export interface SourceSetDeps {
  /** Makes the source that a configuration describes; why it can't run, in words. */
  readonly make: (config: SourceConfig) => RunningSource | { readonly disabled: string }
  readonly ingest: Omit<IngestDeps, 'horizon' | 'onHorizon' | 'onFailure' | 'onRecovery'>
  /** How far back a source's duplicates are found. */
  readonly onHorizon: (source: string, found: Duration) => void
  readonly log: Log
  /** A source broke in a way that can't pass. */
  readonly onBroken: (error: unknown) => void
  readonly stopping: AbortSignal
}

/** The sources that run, each with an ingest loop of its own. */
export interface SourceSet {
  /** Makes it ready; it reads nothing yet. */
  readonly add: (config: SourceConfig) => void
  readonly start: () => void
  /** Collectors' routers, in the order in which they were added. */
  readonly routers: () => readonly Router[]
  /** How long a source's watermark may stand still by its nature; null: it doesn't run. */
  readonly rhythm: (id: string) => Duration | null
  readonly state: (id: string) => SourceState
  /** Why sources can't be read or their batches can't be stored now, in words. */
  readonly notReady: () => readonly string[]
  /** How the streams are being read, by source. */
  readonly figures: () => ReadonlyMap<string, StreamFigures>
  /**
   * Puts a new configuration in force: what changed stops and starts, what is new starts. Collectors are part of the server:
   * they go on as they are until the next start.
   */
  readonly swap: (configs: readonly SourceConfig[]) => void
  /** Resolves when every loop has ended. */
  readonly ended: () => Promise<void>
}

interface Entry extends RunningSource {
  readonly config: SourceConfig
  readonly stop: AbortController
  done: Promise<void> | null
}

export function createSourceSet(deps: SourceSetDeps): SourceSet {
  const { log, stopping } = deps
  const entries = new Map<string, Entry>()
  const disabled = new Map<string, string>()
  const failures = new Map<string, string>()
  /** Of sources whose duplicates are found less far back than is configured: how far. */
  const shrunk = new Map<string, Duration>()

  function add(config: SourceConfig): void {
    const made = deps.make(config)
    if ('disabled' in made) disabled.set(config.id, made.disabled)
    else entries.set(config.id, { ...made, config, stop: new AbortController(), done: null })
  }

  function run(entry: Entry): Promise<void> {
    const signal = AbortSignal.any([stopping, entry.stop.signal])
    const { source, config } = entry
    return ingest(
      source,
      {
        ...deps.ingest,
        horizon: config.duplicates_horizon,
        onHorizon: (id, found) => noteHorizon(id, found, config.duplicates_horizon),
        onFailure: (id, failure) => {
          const isKnown = failures.get(id) === failure.message
          failures.set(id, failure.message)
          if (!isKnown) log.warn({ source: id, code: failure.code }, `reading is paused: ${failure.message}`)
        },
        onRecovery: (id) => {
          failures.delete(id)
          log.info({ source: id }, 'reading goes on')
        },
      },
      signal,
    ).catch((error: unknown) => {
      if (!signal.aborted) deps.onBroken(error)
    })
  }

  function noteHorizon(id: string, found: Duration, horizon: Duration): void {
    deps.onHorizon(id, found)
    const wasShrunk = shrunk.has(id)
    if (found >= horizon) {
      shrunk.delete(id)
      if (wasShrunk) log.info({ source: id }, `duplicates are found ${formatDuration(horizon)} back again`)
      return
    }
    shrunk.set(id, found)
    if (!wasShrunk) log.warn({ source: id, found: found / SECOND, horizon: horizon / SECOND }, wordsOf(found, horizon))
  }

  function start(): void {
    for (const entry of entries.values()) entry.done ??= run(entry)
  }

  function state(id: string): SourceState {
    const off = disabled.get(id)
    if (off !== undefined) return { state: 'disabled', detail: off }
    const failed = failures.get(id)
    if (failed !== undefined) return { state: 'failing', detail: failed }
    const entry = entries.get(id)
    if (entry === undefined) return { state: 'starting', detail: 'takes effect at the next start' }
    const own = entry.source.state()
    const found = shrunk.get(id)
    if (found === undefined) return own
    const words = wordsOf(found, entry.config.duplicates_horizon)
    return { ...own, detail: own.detail === '' ? words : `${own.detail}; ${words}` }
  }

  return {
    add,
    start,
    routers: () => [...entries.values()].flatMap(({ router }) => router ?? []),
    rhythm: (id) => entries.get(id)?.rhythm ?? null,
    state,
    notReady: () =>
      [...entries].flatMap(([id, { source }]) => {
        const { state: is, detail } = state(id)
        // A file that can't be read holds nothing else up; a stream that can't be read is what the daemon is for.
        return failures.has(id) || (is === 'failing' && source.figures !== undefined) ? [`source ${id}: ${detail}`] : []
      }),
    figures: () =>
      new Map(
        [...entries].flatMap(([id, { source }]) => {
          const figures = source.figures?.()
          return figures === undefined ? [] : [[id, figures] as const]
        }),
      ),
    swap: (configs) => {
      for (const [id, entry] of entries) {
        if (entry.config.type === 'http') continue
        const next = configs.find((config) => config.id === id)
        if (next !== undefined && JSON.stringify(next) === JSON.stringify(entry.config)) continue
        entry.stop.abort()
        entries.delete(id)
        failures.delete(id)
        shrunk.delete(id)
      }
      for (const config of configs) {
        if (entries.has(config.id) || config.type === 'http') continue
        disabled.delete(config.id)
        add(config)
      }
      start()
    },
    ended: async () => {
      await Promise.all([...entries.values()].map(({ done }) => done))
    },
  }
}

function wordsOf(found: Duration, horizon: Duration): string {
  return `duplicates are found ${span(found)} back instead of ${formatDuration(horizon)}: more ids came than are remembered`
}
