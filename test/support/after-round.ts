import { createMetrics } from '../../src/report/metrics/registry.ts'
import { type AfterRound, type AfterRoundDeps, createAfterRound } from '../../src/runtime/after-round.ts'
import { NO_TRACING } from '../../src/runtime/tracing/tracing.ts'

/** What follows a judged round, of a process that is alone: nothing is traced, told or sent but what the test gives. */
export function afterRoundOf(given: Pick<AfterRoundDeps, 'db' | 'plan' | 'now'> & Partial<AfterRoundDeps>): AfterRound {
  return createAfterRound({
    metrics: createMetrics({ version: 'test' }),
    rhythm: () => null,
    troubles: () => new Map(),
    tracing: NO_TRACING,
    tellLineage: () => undefined,
    onNotifications: () => undefined,
    onJudged: () => undefined,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    ...given,
  })
}
