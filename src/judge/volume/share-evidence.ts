import { gammaln } from 'simple-statistics'

/** What some steps hold of a share, and what was to be expected of them. */
export interface Held {
  /** Records that aren't of the part. */
  readonly rest: number
  readonly expectedRest: number
  readonly expectedPart: number
}

/** Chance that the level is nothing like the usual one, and the shape of what it may be then: as likely half as double. */
const UNUSUAL = 0.02
const UNUSUAL_SHAPE = 1
const MOST_ODDS = 1e9
/** Beyond so many nats nobody asks how many. */
const ENOUGH = 40

/**
 * Minus the logarithm of the chance that none of a part comes, when so much of the rest does. Both are Poisson about what is expected of them times a level that they have
 * in common; the level is gamma-distributed about 1 with variance 1/`shape`, or, rarely, with far more. The rest tells which, and what is left to the part (a Poisson mean's
 * conjugate posterior: A. Gelman and others, "Bayesian Data Analysis", 3rd edition, 2.6).
 */
export function noneNats({ rest, expectedRest, expectedPart }: Held, shape: number): number {
  const loose = natsGiven(rest, expectedRest, expectedPart, UNUSUAL_SHAPE)
  if (loose > ENOUGH) return loose
  const tight = natsGiven(rest, expectedRest, expectedPart, shape)
  // Never certain: what follows is a finite number.
  const odds = Math.min(
    MOST_ODDS,
    Math.exp(logLevel(rest, expectedRest, shape) - logLevel(rest, expectedRest, UNUSUAL_SHAPE)),
  )
  const usual = ((1 - UNUSUAL) * odds) / ((1 - UNUSUAL) * odds + UNUSUAL)
  return -Math.log(usual * Math.exp(-tight) + (1 - usual) * Math.exp(-loose))
}

function natsGiven(rest: number, expectedRest: number, expectedPart: number, shape: number): number {
  return (shape + rest) * Math.log1p(expectedPart / (shape + expectedRest))
}

/** Logarithm of how likely so much of the rest is, but for a term that all shapes have in common. */
function logLevel(rest: number, expected: number, shape: number): number {
  return (
    gammaln(shape + rest) -
    gammaln(shape) -
    shape * Math.log1p(expected / shape) +
    rest * Math.log(Math.max(expected, 1e-9) / (shape + expected))
  )
}
