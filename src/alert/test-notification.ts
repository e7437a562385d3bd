import { type Instant, iso, SECOND } from '../model/time.ts'
import { dedupKey, type Notification } from './notification.ts'

/**
 * A notification that tests a receiver, labelled as one wherever it can be read. Its key is of its own, so that it touches no
 * incident; the resolve under the same `at` takes the trigger back.
 */
export function testNotification(
  receiver: string,
  action: 'trigger' | 'resolve',
  environment: string,
  at: Instant,
): Notification {
  const incident = `test_${Math.floor(at / SECOND)}`
  return {
    at,
    receiver,
    incident,
    action,
    reason: action === 'trigger' ? 'opened' : 'resolved',
    dedupKey: dedupKey(environment, incident),
    severity: 'info',
    message: {
      title: `Test of receiver ${receiver}: not an incident`,
      summary:
        'Somebody asked Assay to send this, to see whether alerts arrive here. Nothing is wrong; nothing is to be done.',
      facts: [
        { label: 'Asked for', text: `${iso(at)}, by "assay receivers test ${receiver}"` },
        { label: 'Environment', text: environment },
      ],
      cause: [],
      example: null,
      link: null,
      runbook: null,
      silence: 'nothing to silence: this is a test',
      environment,
      domain: 'assay',
      event: null,
      tier: null,
      owner: null,
      slos: [],
      downstream: [],
      startedAt: at,
      openedAt: at,
      resolvedAt: action === 'resolve' ? at : null,
      regressionOf: null,
    },
  }
}
