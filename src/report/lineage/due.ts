import { HOUR, type Instant } from '../../model/time.ts'
import type { Verdict, VerdictOutcome } from '../../model/verdict.ts'

/** What a lineage server was told last of an SLO. */
export interface Told {
  readonly at: Instant
  readonly outcome: VerdictOutcome
}

/** Why a run is due. */
export type RunReason = 'outcome_changed' | 'hour'

/** One look at an event's SLOs that is to be told. */
export interface DueRun {
  readonly event: string
  readonly at: Instant
  readonly reason: RunReason
  /** SLOs whose outcome changed, sorted. */
  readonly changed: readonly string[]
  /** Newest verdict of each of the event's SLOs known at `at`, by name. */
  readonly verdicts: ReadonlyMap<string, Verdict>
  /** What the server knows once it has been told of this run. */
  readonly tells: ReadonlyMap<string, Told>
}

/** Decides when a run is due: at each change of an outcome, and once an hour for each event. */
export interface RunsDue {
  /** Verdicts that were written down, in order of (at, SLO). Those seen before are passed over. */
  readonly take: (verdicts: readonly Verdict[]) => readonly DueRun[]
  /**
   * Newest verdicts, written down or not: a standstill blinds SLOs without a minute being judged, as of `now`, and what ends
   * it need not be written down.
   */
  readonly compare: (newest: Iterable<Verdict>, now: Instant) => readonly DueRun[]
}

/** `restored`: by SLO, what had been told before this process began. */
export function createRunsDue(restored: ReadonlyMap<string, Told>): RunsDue {
  const told = new Map(restored)
  /** By SLO: how far its verdicts have been seen. */
  const seen = new Map([...restored].map(([slo, { at }]) => [slo, at]))
  /** By event, then by SLO. */
  const newest = new Map<string, Map<string, Verdict>>()
  /** By event: the last whole hour that was told. */
  const hours = new Map<string, Instant>()

  function see(verdict: Verdict): void {
    const known = newest.get(verdict.event) ?? new Map<string, Verdict>()
    newest.set(verdict.event, known.set(verdict.slo, verdict))
  }

  function changedOf(verdicts: readonly Verdict[]): string[] {
    return verdicts.filter(({ slo, outcome }) => told.get(slo)?.outcome !== outcome).map(({ slo }) => slo)
  }

  function run(event: string, at: Instant, changed: readonly string[], verdicts: readonly Verdict[]): DueRun {
    const tells = new Map(verdicts.map((verdict) => [verdict.slo, { at: verdict.at, outcome: verdict.outcome }]))
    for (const [slo, what] of tells) told.set(slo, what)
    return {
      event,
      at,
      reason: changed.length > 0 ? 'outcome_changed' : 'hour',
      changed: [...changed].sort(),
      verdicts: new Map(newest.get(event)),
      tells,
    }
  }

  function hourTold(verdicts: readonly Verdict[], event: string): Instant {
    const before = verdicts.map(({ slo }) => restored.get(slo)?.at ?? Number.NEGATIVE_INFINITY)
    return hours.get(event) ?? Math.max(Number.NEGATIVE_INFINITY, ...before)
  }

  return {
    take: (verdicts) => {
      const fresh = verdicts.filter(({ slo, at }) => at > (seen.get(slo) ?? Number.NEGATIVE_INFINITY))
      const minutes = Map.groupBy(fresh, ({ at, event }) => `${at}\n${event}`)
      return [...minutes.values()].flatMap((group) => {
        const [{ at, event } = { at: 0, event: '' }] = group
        for (const verdict of group) {
          seen.set(verdict.slo, at)
          see(verdict)
        }
        const changed = changedOf(group)
        const isNewHour = at % HOUR === 0 && at > hourTold(group, event)
        if (at % HOUR === 0) hours.set(event, Math.max(at, hourTold(group, event)))
        return changed.length > 0 || isNewHour ? [run(event, at, changed, group)] : []
      })
    },
    compare: (verdicts, now) => {
      const differing = [...verdicts].filter(({ slo, outcome }) => told.get(slo)?.outcome !== outcome)
      const atOf = ({ at, reason }: Verdict): Instant => (reason === 'ingest_behind' ? now : at)
      const groups = Map.groupBy(differing, (verdict) => `${atOf(verdict)}\n${verdict.event}`)
      return [...groups.values()].flatMap((group) => {
        const [first] = group
        if (first === undefined) return []
        for (const verdict of group) see(verdict)
        return [run(first.event, atOf(first), changedOf(group), group)]
      })
    },
  }
}
