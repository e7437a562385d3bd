import { type Instant, isPlausibleArrival } from '../../../model/time.ts'
import type { FileRecords } from './records.ts'

/** When the first record arrived that says so, from where the records stand; null: none of the file does. Keeps nothing. */
export async function firstArrival(records: FileRecords): Promise<Instant | null> {
  const arrival = (): Instant | null => {
    const { receivedAt } = records.read()
    return receivedAt !== null && isPlausibleArrival(receivedAt) ? receivedAt : null
  }
  for (;;) {
    while (records.next()) {
      const at = arrival()
      if (at !== null) return at
    }
    const more = await records.more()
    if (more === 'last') return arrival()
    if (more === 'end') return null
  }
}
