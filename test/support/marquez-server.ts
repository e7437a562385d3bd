import { type FaultServer, type Reply, startFaultServer } from './fault-server.ts'

/** A run as the server has been told of it. */
export interface MarquezRun {
  readonly runId: string
  readonly job: string
  readonly eventTypes: string[]
  /** The event that ended it; null: none yet. */
  terminal: Record<string, unknown> | null
}

export interface MarquezServer extends FaultServer {
  /** In the order of their first events. */
  readonly runs: MarquezRun[]
  readonly events: Record<string, unknown>[]
}

/**
 * A local server that takes OpenLineage events as Marquez 0.51 does: 201 without a body, 400 for what its classes can't read, 401
 * without the key where it has one. Events of a run that it knows add to it.
 */
export async function startMarquezServer(apiKey: string | null = null): Promise<MarquezServer> {
  const runs: MarquezRun[] = []
  const events: Record<string, unknown>[] = []
  const server = await startFaultServer(({ method, path, headers, body }): Reply => {
    if (method !== 'POST' || path !== '/api/v1/lineage')
      return { status: 404, body: '{"code":404,"message":"HTTP 404 Not Found"}' }
    if (apiKey !== null && headers['authorization'] !== `Bearer ${apiKey}`) return { status: 401, body: '{"code":401}' }
    if (!/^application\/json\b/.test(headers['content-type'] ?? '')) return { status: 415, body: '{"code":415}' }
    const event = JSON.parse(body) as Record<string, unknown>
    for (const key of ['eventTime', 'producer', 'run', 'job']) {
      if (event[key] === null || event[key] === undefined)
        return { status: 400, body: `{"errors":["${key} must not be null"]}` }
    }
    const { runId } = event['run'] as { runId: string }
    const { namespace, name } = event['job'] as { namespace: string; name: string }
    const known = runs.find((one) => one.runId === runId)
    const run = known ?? { runId, job: `${namespace}/${name}`, eventTypes: [], terminal: null }
    if (known === undefined) runs.push(run)
    run.eventTypes.push(String(event['eventType']))
    if (['COMPLETE', 'FAIL', 'ABORT'].includes(String(event['eventType']))) run.terminal = event
    events.push(event)
    return { status: 201, body: '' }
  })
  return { ...server, runs, events }
}
