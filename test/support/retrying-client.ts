/** Sends batches without a pause and sends again, to whoever listens by then, what got no 200. */
export interface RetryingClient {
  /** Ids of the batches that were answered with 200. */
  readonly answered: () => ReadonlySet<string>
  /** How many times a batch got no 200. */
  readonly failures: () => number
  /** Sends the batch that was answered last once more, as if its answer had been lost; resolves once that is answered. */
  readonly repeat: () => Promise<void>
  /** Sends no further batch; resolves when every one under way is answered. */
  readonly finish: () => Promise<void>
  /** Sends nothing more, answered or not. */
  readonly abandon: () => void
}

export interface RetryingClientDeps {
  /** Where to post a batch now; null: nobody listens. */
  readonly endpoint: () => string | null
  readonly messageOf: (id: string) => object
  readonly senders: number
  readonly batch: number
}

export function startRetryingClient(deps: RetryingClientDeps): RetryingClient {
  const answered = new Set<string>()
  let failures = 0
  let isOver = false
  let isAbandoned = false
  let batches = 0
  let lastBody = ''

  async function isStored(body: string): Promise<boolean> {
    const endpoint = deps.endpoint()
    if (endpoint === null) return false
    try {
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(endpoint, { method: 'POST', headers, body, signal: AbortSignal.timeout(10_000) })
      await response.arrayBuffer()
      return response.status === 200
    } catch {
      return false
    }
  }

  /** False: it was given up. */
  async function deliver(body: string): Promise<boolean> {
    while (!(await isStored(body))) {
      if (isAbandoned) return false
      failures += 1
      await new Promise((next) => setTimeout(next, 20))
    }
    return true
  }

  async function send(): Promise<void> {
    while (!isOver) {
      batches += 1
      const ids = Array.from({ length: deps.batch }, (_, index) => `batch-${batches}-${index}`)
      const body = JSON.stringify({ batch: ids.map(deps.messageOf) })
      if (!(await deliver(body))) return
      lastBody = body
      for (const id of ids) answered.add(id)
    }
  }

  const senders = Array.from({ length: deps.senders }, send)
  return {
    answered: () => answered,
    failures: () => failures,
    repeat: async () => void (await deliver(lastBody)),
    finish: async () => {
      isOver = true
      await Promise.all(senders)
    },
    abandon: () => {
      isOver = true
      isAbandoned = true
    },
  }
}
