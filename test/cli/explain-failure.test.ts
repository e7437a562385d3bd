import { expect, it } from 'vitest'
import { explainFailure } from '../../src/cli/explain-failure.ts'
import type { Io } from '../../src/cli/io.ts'
import { Failure } from '../../src/model/failure.ts'

it.each([
  ['the port is taken', 'stop the other', 'The port is taken. Stop the other.'],
  ["http.token can't be had", '', "http.token can't be had."],
  ['counts.csv is a folder: give one\n CSV file', '', 'counts.csv is a folder: give one CSV file.'],
  ['out/x cannot be written', '`assay lint` says why', 'out/x cannot be written. `assay lint` says why.'],
  ["Kafka can't be read!", '', "Kafka can't be read!"],
  ["what you said can't be", '', "What you said can't be."],
])('%j with the remedy %j is told in sentences that change no name', (message, remedy, told) => {
  let err = ''
  const io: Io = {
    env: {},
    cwd: '/',
    out: () => undefined,
    err: (text) => {
      err += text
    },
    isTerminal: false,
    now: () => 0,
    signal: new AbortController().signal,
  }
  expect(explainFailure(new Failure('bad_input', message, { remedy }), io)).toBe(2)
  expect(err).toBe(`assay: ${told}\n`)
})
