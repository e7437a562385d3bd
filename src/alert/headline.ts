import { oneLine } from './bounds.ts'
import type { Notification } from './notification.ts'

/** The line a receiver shows first: the title with what this notification says about it. */
export function headline({ action, severity, message }: Pick<Notification, 'action' | 'severity' | 'message'>): string {
  const environment = oneLine(message.environment, 60)
  const says: Readonly<Record<Notification['action'], string>> = {
    trigger: message.regressionOf === null ? '' : 'Again: ',
    update: `Now a ${severity}: `,
    resolve: 'Resolved: ',
    note: 'Over already, for information only: ',
  }
  return `[${environment}] ${says[action]}${message.title}`
}
