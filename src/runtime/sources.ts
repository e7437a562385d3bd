import type { Router } from 'express'
import type { SourceConfig } from '../config/schema.ts'
import { type Duration, type Instant, MINUTE, SECOND } from '../model/time.ts'
import { createEarlyCheck } from '../observe/check/early.ts'
import { createDemoSource } from '../observe/sources/demo/demo-source.ts'
import { createFileSource } from '../observe/sources/file/file-source.ts'
import { createHttpSource } from '../observe/sources/http/http-source.ts'
import { createKafkaSource } from '../observe/sources/kafka/kafka-source.ts'
import type { Source } from '../observe/sources/source.ts'
import type { Plan } from '../plan/plan.ts'
import { createDecodeAside } from './decode-aside.ts'
import { kafkaAccessOf } from './kafka-access.ts'
import type { Log } from './log.ts'
import type { WriteKeys } from './secrets.ts'

/** A source that runs, with the collectors it may have and the rhythm of its watermark. */
export interface RunningSource {
  readonly source: Source
  readonly router: Router | null
  /** How long its watermark may stand still by its nature. */
  readonly rhythm: Duration
}

export interface SourceWorld {
  readonly root: string
  /** Absolute path of `assay.yaml`. */
  readonly configFile: string
  readonly now: () => Instant
  readonly env: Readonly<Record<string, string | undefined>>
  readonly log: Log
  /** Of all collectors; `disabled`: why they can't run. */
  readonly writeKeys: WriteKeys
  /** The collector's partition: this process's writer slot. */
  readonly instance: string
  /** The plan in force. */
  readonly plan: () => Plan
}

/** Makes the source that a configuration describes; `disabled`: why it can't run. */
export function createSource(
  config: SourceConfig,
  { root, configFile, now, env, log, writeKeys, instance, plan }: SourceWorld,
): RunningSource | { readonly disabled: string } {
  switch (config.type) {
    case 'http': {
      const { keys, disabled } = writeKeys
      if (disabled !== null) return { disabled }
      const source = createHttpSource({ id: config.id, format: config.format ?? null, writeKeys: keys, now, instance })
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
    case 'kafka': {
      const { id, group, topics, from, format } = config
      const access = kafkaAccessOf(config, env)
      if ('disabled' in access) return access
      const early = createEarlyCheck(plan)
      const aside = createDecodeAside({ id, config: configFile, format, plan, log })
      const source = createKafkaSource({ id, access, group, topics, from, format, now, log, early, aside })
      return { source, router: null, rhythm: MINUTE }
    }
    case 'demo':
      return {
        source: createDemoSource({
          id: config.id,
          seed: config.seed ?? 1,
          now,
          ...(config.days === undefined ? {} : { days: config.days }),
        }),
        router: null,
        rhythm: MINUTE,
      }
  }
}
