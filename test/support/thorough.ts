/** Everything is required, as in CI: proofs take as many cases as they can use. Otherwise a run is over within three minutes. */
export const THOROUGH: boolean = process.env['ASSAY_REQUIRE'] === 'all'

/** So many cases of a law where everything is required, a third of them where a developer waits. */
export function runsOf(most: number): { readonly numRuns: number } {
  return { numRuns: THOROUGH ? most : Math.ceil(most / 3) }
}
