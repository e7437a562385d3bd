import type { DeliveryDeps } from '../../alert/deliver.ts'
import { deliveryResult, deliverySpan } from '../../report/traces/delivery-span.ts'
import type { Tracing } from './tracing.ts'

/** Runs each attempt in a span, the child of the one in which its incident was last looked at. */
export function traceAttempts(tracing: Tracing): NonNullable<DeliveryDeps['during']> {
  return (entry, attempt) => {
    const { receiver, incident, attempts, notification } = entry
    const start = () => deliverySpan({ receiver, incident, action: notification.action, attempt: attempts + 1 })
    return tracing.traced(
      start,
      (span) =>
        attempt((outcome, status) => {
          span.set(() => deliveryResult(outcome, status))
          if (outcome !== 'sent') span.fail(outcome)
        }),
      tracing.incidents.get(incident),
    )
  }
}
