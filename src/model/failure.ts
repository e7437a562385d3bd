/** Infrastructure that broke: a store that is down, a port that is taken. Bad data never throws. */
export class Failure extends Error {
  readonly code: string
  readonly retryable: boolean
  /** What the reader can do about it. */
  readonly remedy: string

  constructor(code: string, message: string, options: { retryable?: boolean; remedy?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'Failure'
    this.code = code
    this.retryable = options.retryable ?? false
    this.remedy = options.remedy ?? ''
  }
}

/** What a connection's error says: several addresses that all refuse come as one error without words. */
export function wordsOf(error: Error): string {
  const first = error instanceof AggregateError ? (error.errors[0] as unknown) : error
  return first instanceof Error && first.message !== '' ? first.message : 'no answer'
}
