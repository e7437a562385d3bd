import type { Instant } from '../model/time.ts'
import type { DaemonStatus, EmitterStatus, ReloadStatus } from '../serve/status.ts'
import type { AfterRound } from './after-round.ts'
import type { InForce } from './in-force.ts'
import type { SourceSet } from './source-set.ts'

/** What the daemon knows of itself, asked anew each time. */
export function daemonStatus({
  version,
  startedAt,
  inForce,
  sources,
  afterRound,
  telemetry,
  lastReload,
}: {
  readonly version: string
  readonly startedAt: Instant
  readonly inForce: InForce
  readonly sources: SourceSet
  readonly afterRound: AfterRound
  readonly telemetry: () => readonly EmitterStatus[]
  readonly lastReload: () => ReloadStatus | null
}): DaemonStatus {
  const watermarks = afterRound.watermarks()
  return {
    version,
    startedAt,
    notReady: sources.notReady(),
    sources: inForce.plan().sources.map(({ id, type }) => ({
      id,
      type,
      ...sources.state(id),
      watermark: watermarks?.get(id)?.at ?? null,
    })),
    receivers: inForce.receivers().map(({ name, type, disabled: why }) => ({ name, type, disabled: why })),
    telemetry: telemetry(),
    lastReload: lastReload(),
    judgedUntil: afterRound.judgedUntil(),
    rulesFolder: inForce.project().rulesFolder,
  }
}
