import type { RoutesConfig } from '../alert/config.ts'
import { createReceiver, type Receiver } from '../alert/receivers/receiver.ts'
import type { Answer } from '../alert/receivers/send.ts'
import { testNotification } from '../alert/test-notification.ts'
import { readSecret } from '../config/secret.ts'
import type { ExitCode, Io } from './io.ts'
import { didYouMean } from '../config/nearest.ts'

const SCHEMA_VERSION = 1

interface Step {
  readonly action: 'trigger' | 'resolve'
  readonly answer: Answer
}

/** Sends a labelled test to a receiver and says what it answered. 1: it was not taken; 2: there is no such receiver. */
export async function testReceiver(
  options: { readonly name: string; readonly json: boolean },
  { receivers }: Pick<RoutesConfig, 'receivers'>,
  environment: string,
  io: Io,
): Promise<ExitCode> {
  const config = receivers.find(({ name }) => name === options.name)
  if (config === undefined) {
    io.err(
      unknown(
        options.name,
        receivers.map(({ name }) => name),
      ),
    )
    return 2
  }
  const receiver = createReceiver(config, {
    readSecret: (ref) => readSecret(ref, io.env),
    write: options.json ? io.err : io.out,
    now: io.now,
  })
  const steps = receiver.disabled === null ? await test(receiver, environment, io) : []
  io.out(options.json ? `${JSON.stringify(document(receiver, steps))}\n` : report(receiver, environment, steps, io))
  return receiver.disabled === null && steps.every(({ answer }) => answer.outcome === 'sent') ? 0 : 1
}

/** A trigger; where it opens something at the other end, the resolve that closes it, whatever became of the trigger. */
async function test(receiver: Receiver, environment: string, io: Io): Promise<Step[]> {
  const at = io.now()
  const opens = receiver.type === 'pagerduty' || receiver.type === 'webhook'
  const steps: Step[] = []
  for (const action of opens ? (['trigger', 'resolve'] as const) : (['trigger'] as const)) {
    const answer = await receiver.send(testNotification(receiver.name, action, environment, at), io.now(), io.signal)
    steps.push({ action, answer })
  }
  return steps
}

const MEANING: Readonly<Record<Answer['outcome'], string>> = {
  sent: 'taken',
  rejected: 'refused: an alert would be given up, so mend this first',
  unauthorised: 'refused: its key or address is wrong or was withdrawn',
  later: 'not taken now: an alert would be tried again for 24 h',
}

function report(receiver: Receiver, environment: string, steps: readonly Step[], io: Io): string {
  const { name, type, disabled } = receiver
  if (disabled !== null) {
    const { method, url, body } = receiver.preview(testNotification(name, 'trigger', environment, io.now()))
    return `${name} (${type}) is disabled: ${disabled}.\nIt would have been sent: ${method} ${url}\n${body}\n`
  }
  return steps
    .map(({ action, answer }) => `${name} (${type}) ${action}: ${MEANING[answer.outcome]} (${answer.detail})\n`)
    .join('')
}

function document({ name, type, disabled }: Receiver, steps: readonly Step[]): object {
  return {
    schema_version: SCHEMA_VERSION,
    receiver: name,
    type,
    disabled,
    steps: steps.map(({ action, answer }) => ({
      action,
      outcome: answer.outcome,
      status: answer.status,
      detail: answer.detail,
    })),
  }
}

function unknown(name: string, names: readonly string[]): string {
  if (names.length === 0) return `assay: there is no receiver "${name}": alerts/routes.yaml has none.\n`
  const hint = didYouMean(name, names, `there are ${names.join(', ')}`)
  return `assay: there is no receiver "${name}" in alerts/routes.yaml: ${hint}\n`
}
