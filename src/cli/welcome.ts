import type { Configuration, Daemon } from '../runtime/daemon.ts'
import { counted } from './printable.ts'

/** Where to look, how to send an event, what is watched: printed once everything runs. */
export function welcome(daemon: Daemon, { project, plan }: Configuration, took: number): string {
  const { url } = daemon
  const { sources, receivers, telemetry } = daemon.status()
  const disabled = [
    ...sources
      .filter(({ state }) => state === 'disabled')
      .map(({ id, detail }) => `  source ${id} is disabled: ${detail}`),
    ...telemetry.flatMap(({ name, state, detail }) => (state === 'disabled' ? [`  ${name}: off: ${detail}`] : [])),
    ...plan.warehouses.flatMap(({ id, disabled: why }) =>
      why === null ? [] : [`  warehouse ${id} is disabled: ${why}`],
    ),
    ...receivers.flatMap(({ name, disabled: why }) => (why === null ? [] : [`  receiver ${name} is disabled: ${why}`])),
  ]
  const collects = sources.some(({ type, state }) => type === 'http' && state !== 'disabled')
  const tables = plan.tables.size === 0 ? '' : ` and ${counted(plan.tables.size, 'table')}`
  const body = `'{"type":"track","event":"Hello World","userId":"you","properties":{"greeting":"hi"}}'`
  return `${[
    `Assay is ready (${(took / 1000).toFixed(1)} s).`,
    `  page       ${url}/`,
    `  metrics    ${url}/metrics`,
    ...(collects ? [`  send       curl -sS ${url}/v1/track -H 'content-type: application/json' -d ${body}`] : []),
    `  watching   ${counted(plan.events.size, 'event')}${tables} of ${counted(plan.domains.size, 'domain')}, ${counted(plan.slos.length, 'SLO')}, sources ${sources.map(({ id, type }) => `${id} (${type})`).join(', ') || 'none'}`,
    `  rules      ${project.rulesFolder}/ (read again when they change)`,
    ...disabled,
    'Ctrl-C stops.',
  ].join('\n')}\n`
}
