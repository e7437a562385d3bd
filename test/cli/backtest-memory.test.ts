import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'

/** 150 MB in pieces as a file's are, each with a stamp and a name of its own; with what each keeps, 40 MB of heap are enough. */
const READ = `
import { countsReader } from './src/cli/backtest/counts-reader.ts'
let rows = 0
const reader = countsReader(() => { rows += 1 }, ({ message }) => { throw new Error(message) })
reader.feed('series,at,count,total\\n')
for (let piece = 0; piece < 600; piece += 1) {
  const at = new Date(Date.UTC(2026, 0, 5) + piece * 300_000).toISOString()
  const line = \`orders of \${piece} \${'x'.repeat(900)},\${at},5,\\n\`
  reader.feed(Buffer.from(line.repeat(270)).toString())
}
reader.end()
process.stdout.write(String(rows))
`

it('a file of counts is read in bounded memory: no name and no stamp keeps the text that it stood in', () => {
  const { status, stdout } = spawnSync(
    process.execPath,
    ['--max-old-space-size=40', '--input-type=module-typescript', '--eval', READ],
    { encoding: 'utf8' },
  )
  expect({ status, stdout }).toEqual({ status: 0, stdout: String(600 * 270) })
}, 60_000)
