import { afterEach, describe, expect, it } from 'vitest'
import { createEmission, type EmissionOutcome } from '../../../../src/report/lineage/transports/emission.ts'
import type { Emitted } from '../../../../src/report/lineage/transports/emitter.ts'
import { until } from '../../../support/until.ts'

type Answer = Emitted['outcome'] | 'hang'
const emissions: { stop: (grace: number) => Promise<void> }[] = []
afterEach(async () => {
  for (const emission of emissions.splice(0)) await emission.stop(0)
})

/** An emission whose timers run at once, to an emitter that answers as told: what is left over is `sent`. */
function start(answers: Answer[], most = 3) {
  const tried: object[] = []
  const outcomes: EmissionOutcome[] = []
  const done: string[] = []
  const logged: string[] = []
  const waits: number[] = []
  const log = {
    info: (_: object, text: string) => logged.push(text),
    warn: (_: object, text: string) => logged.push(text),
    error: (_: object, text: string) => logged.push(text),
  }
  const emission = createEmission<string>({
    emitter: {
      name: 'test',
      emit: async (event, signal) => {
        tried.push(event)
        const answer = answers.shift() ?? 'sent'
        if (answer === 'hang') await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
        return { outcome: answer === 'hang' ? 'later' : answer, detail: 'because', retryAfter: null }
      },
    },
    most,
    random: () => 0.5,
    setTimer: (wait, run) => {
      waits.push(wait)
      const timer = setImmediate(run)
      return () => clearImmediate(timer)
    },
    log,
    onOutcome: (_emitter, outcome) => outcomes.push(outcome),
    onDone: (mark) => done.push(mark),
  })
  emissions.push(emission)
  const put = (name: string) =>
    emission.put({ events: () => [`${name} START`, `${name} COMPLETE`].map((event) => ({ event })), mark: name })
  return {
    emission,
    put,
    tried: () => tried.map((one) => ('event' in one ? one.event : one)),
    outcomes,
    done,
    logged,
    waits,
  }
}

describe('what is put', () => {
  it('is sent in order, each event once', async () => {
    const { put, tried, done, outcomes, logged } = start([])
    for (const name of ['a', 'b']) put(name)
    await until('both to be sent', () => done.length === 2)
    expect(tried()).toEqual(['a START', 'a COMPLETE', 'b START', 'b COMPLETE'])
    expect(outcomes).toEqual(['sent', 'sent'])
    expect(logged).toEqual([])
  })

  it('is tried again, longer and longer, without what has arrived', async () => {
    const { put, tried, done, waits, logged } = start(['sent', 'later', 'later', 'later'])
    put('a')
    await until('it to be sent', () => done.length === 1)
    expect(tried()).toEqual(['a START', 'a COMPLETE', 'a COMPLETE', 'a COMPLETE', 'a COMPLETE'])
    expect(waits).toEqual([225, 450, 900])
    expect(logged).toEqual(['lineage cannot be sent; trying again', 'lineage is sent again'])
  })

  it('is given up where it is refused', async () => {
    const { put, tried, done, outcomes, logged } = start(['rejected', 'rejected'])
    for (const name of ['a', 'b', 'c']) put(name)
    await until('all to be done', () => done.length === 3)
    expect(tried()).toEqual(['a START', 'b START', 'c START', 'c COMPLETE'])
    expect(outcomes).toEqual(['rejected', 'rejected', 'sent'])
    expect(logged).toEqual(['lineage was refused and is given up', 'lineage is sent again'])
  })

  it('whose events cannot be made is counted and said, and holds up nothing behind it', async () => {
    const { put, emission, tried, done, outcomes, logged } = start([])
    emission.put({
      events: () => {
        throw new TypeError('a bug')
      },
      mark: 'broken',
    })
    put('b')
    await until('both to be done', () => done.length === 2)
    expect(tried()).toEqual(['b START', 'b COMPLETE'])
    expect(outcomes).toEqual(['failed', 'sent'])
    expect(logged).toEqual(['a run of lineage could not be made, and is left out'])
  })

  it('pushes out the oldest when too much waits, counted, logged once, and never what is under way', async () => {
    const { put, tried, done, outcomes, logged } = start(['hang'], 3)
    put('a')
    await until('it to be under way', () => tried().length === 1)
    for (const name of ['b', 'c', 'd', 'e', 'f', 'g']) put(name)
    expect(done).toEqual(['b', 'c', 'd'])
    expect(outcomes).toEqual(['dropped', 'dropped', 'dropped'])
    expect(logged).toEqual(['too much lineage waits: the oldest is dropped'])
  })

  it('waits for nobody: a server that hangs holds up neither the caller nor the stop', async () => {
    const { put, tried, emission, done } = start(['hang'])
    put('a')
    await until('it to be under way', () => tried().length === 1)
    const began = performance.now()
    for (let number = 0; number < 10_000; number += 1) put(`${number}`)
    await emission.stop(0)
    expect(performance.now() - began).toBeLessThan(5_000)
    expect(done).not.toContain('a')
  })

  it('is taken back by whoever no longer leads', async () => {
    const { put, tried, emission, done } = start(['hang'])
    for (const name of ['a', 'b', 'c']) put(name)
    await until('the first to be under way', () => tried().length === 1)
    emission.clear()
    await emission.stop(0)
    expect(done).toEqual([])
  })
})
