import { describe, expect, it } from 'vitest'
import type { Emitter } from '../../src/report/lineage/transports/emitter.ts'

export interface EmitterUnderTest {
  readonly emitter: Emitter
  /** What has arrived at the other side, in order. */
  readonly arrived: () => readonly object[] | Promise<readonly object[]>
  /** From now on the other side can't take anything. */
  readonly breakDown: () => void | Promise<void>
  readonly mend: () => void | Promise<void>
}

const NEVER = new AbortController().signal

/** What every emitter promises. */
export function emitterContract(make: () => Promise<EmitterUnderTest>): void {
  describe('as an emitter', () => {
    it('carries events over whole and in order, whatever is in them', async () => {
      const { emitter, arrived } = await make()
      const events = [
        { number: 1, text: 'line\nbreak' },
        { number: 2, text: '"\\ \u2028 💸' },
        { number: 3, text: 'x'.repeat(300_000) },
      ]
      for (const event of events) expect(await emitter.emit(event, NEVER)).toMatchObject({ outcome: 'sent' })
      expect(await arrived()).toEqual(events)
    })

    it('says in words what keeps it from being taken, and goes on once nothing does', async () => {
      const { emitter, arrived, breakDown, mend } = await make()
      await breakDown()
      const failed = await emitter.emit({ number: 1 }, NEVER)
      expect(failed.outcome).toBe('later')
      expect(failed.detail.length).toBeGreaterThan(2)
      expect(failed.detail.length).toBeLessThanOrEqual(300)
      await mend()
      expect((await emitter.emit({ number: 1 }, NEVER)).outcome).toBe('sent')
      expect(await arrived()).toEqual([{ number: 1 }])
    })
  })
}
