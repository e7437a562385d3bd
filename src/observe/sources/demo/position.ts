import type { Instant } from '../../../model/time.ts'

/** How far the story has been told. The same position goes on with the same messages. */
export interface DemoPosition {
  /** When the story began. */
  readonly anchor: Instant
  /** The minute under way, counted from there. */
  readonly minute: number
  /** Messages of that minute that were handed over. */
  readonly told: number
}

/** A stored position; null: none, or none of ours. */
export function readDemoPosition(text: string | null): DemoPosition | null {
  if (text === null) return null
  try {
    const { anchor, minute, told } = JSON.parse(text)
    return [anchor, minute, told].every(Number.isFinite) ? { anchor, minute, told } : null
  } catch {
    return null
  }
}
