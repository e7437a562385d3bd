import type { CivilStep } from './civil.ts'
import { clamp } from './residual.ts'
import type { ShareProfile } from './share-profile.ts'

/** What is kept of a share: its profile, and its last steps in rings. */
export interface ShareSteps {
  readonly profile: ShareProfile
  /** Count, total, slot and expected share; total -1 for a step that wasn't observed. */
  readonly counts: Float64Array
  readonly totals: Float64Array
  readonly expected: Float64Array
  readonly slots: Float32Array
  readonly first: number
  /** Windows reach back to this step, not further: they are cleared when an alarm closes. */
  readonly since: number
}

/** What is being judged: k of n, of which a share `p` was expected; `extra` is the doubt of youth. */
export interface ShareStep {
  readonly step: CivilStep
  readonly k: number
  readonly n: number
  readonly p: number
  readonly extra: number
  readonly days: number
  /** Of the profile. */
  readonly slot: number
}

/** Variance-stabilised difference of a share from its expectation (Freeman and Tukey's angle), with over-dispersion `phi`. */
export function shareDeviation(k: number, n: number, p: number, phi: number): number {
  const angle = Math.asin(Math.sqrt((k + 0.375) / (n + 0.75))) - Math.asin(Math.sqrt(clamp(p, 0, 1)))
  return 2 * angle * Math.sqrt((n + 0.5) / (1 + phi * n))
}

/** The share at which `shareDeviation` from `p` is `u`. */
export function shareAt(n: number, p: number, phi: number, u: number): number {
  const angle = Math.asin(Math.sqrt(clamp(p, 0, 1))) + u / (2 * Math.sqrt((n + 0.5) / (1 + phi * n)))
  return Math.sin(clamp(angle, 0, Math.PI / 2)) ** 2
}
