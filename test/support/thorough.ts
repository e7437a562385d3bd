/** Everything is required, as in CI: proofs take as many cases as they can use. Otherwise a run is over within three minutes. */
export const THOROUGH: boolean = process.env['ASSAY_REQUIRE'] === 'all'
