import type { Router } from 'express'
import type { SourceConfig } from '../config/schema.ts'
import { type Duration, type Instant, MINUTE, SECOND } from '../model/time.ts'
import { createEarlyCheck } from '../observe/check/early.ts'
import { createDemoSource } from '../observe/sources/demo/demo-source.ts'
import { createFileSource } from '../observe/sources/file/file-source.ts'
import { createHttpSource } from '../observe/sources/http/http-source.ts'
import type { Source } from '../observe/sources/source.ts'
import type { Plan } from '../plan/plan.ts'

/** A source that runs, with the collectors it may have and the rhythm of its watermark. */
export interface RunningSource {
  readonly source: Source
  readonly router: Router | null
  /** How long its watermark may stand still by its nature. */
  readonly rhythm: Duration
}

export interface SourceWorld {
  readonly root: string
  readonly now: () => Instant
  readonly writeKeys: readonly string[] | null
  /** The collector's partition: this process's writer slot. */
  readonly instance: string
  /** The plan in force. */
  readonly plan: () => Plan
}

/** Why a source of such a type doesn't run. */
export function laterReason(type: string): string {
  return `sources of type ${type} are not in this version`
}

type RunnableSource = Exclude<SourceConfig, { readonly type: 'later' }>

/** Makes the source that a configuration describes. */
export function createSource(
  config: RunnableSource,
  { root, now, writeKeys, instance, plan }: SourceWorld,
): RunningSource {
  switch (config.type) {
    case 'http': {
      const source = createHttpSource({ id: config.id, format: config.format ?? null, writeKeys, now, instance })
      return { source, router: source.router, rhythm: SECOND }
    }
    case 'file': {
      const source = createFileSource({
        id: config.id,
        root,
        paths: config.paths,
        format: config.format,
        follow: config.follow ?? true,
        now,
        early: createEarlyCheck(plan),
      })
      return { source, router: null, rhythm: MINUTE }
    }
    case 'demo':
      return { source: createDemoSource({ id: config.id, seed: config.seed ?? 1, now }), router: null, rhythm: MINUTE }
  }
}
