import { describe, it } from 'vitest'
import { THOROUGH } from './thorough.ts'

/** Registers a suite that can't run here, and why: it is skipped, and with ASSAY_REQUIRE=all a failure. `what`: it lacks. */
export function describeAbsent(name: string, what: string, reason: string): void {
  describe(`${name} (${reason})`, () => {
    if (THOROUGH) {
      it(`has its ${what}`, () => {
        throw new Error(reason)
      })
    } else {
      // Skipped because what it needs can't be had here, as its name says, and nothing was asked to be complete.
      it.skip(reason, () => undefined)
    }
  })
}
