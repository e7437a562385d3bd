import { bench as decode } from './decode.ts'
import type { Figure } from './figure.ts'
import { bench as http } from './collector.ts'
import { bench as judge } from './judge.ts'
import { bench as kafka } from './kafka.ts'
import { bench as latency } from './latency.ts'
import { bench as replay } from './replay.ts'
import { bench as scorecard } from './scorecard.ts'
import { bench as start } from './start.ts'
import { bench as store } from './store.ts'
import { bench as tables } from './tables.ts'
import { bench as traces } from './traces.ts'
import { bench as volume } from './volume.ts'
import { bench as volumeRestart } from './volume-restart.ts'

/** `npm run bench -- [NAME…] [--OPTION…]`: a JSON line a figure. Names: the keys below; all of them without one. */
const BENCHES: Readonly<Record<string, (options: ReadonlySet<string>) => Promise<readonly Figure[]>>> = {
  decode,
  replay,
  http,
  judge,
  kafka,
  latency,
  scorecard,
  start,
  store,
  tables,
  traces,
  volume,
  'volume-restart': volumeRestart,
}

const given = process.argv.slice(2)
const options = new Set(given.filter((argument) => argument.startsWith('--')))
const wanted = given.filter((argument) => !options.has(argument))
const unknown = wanted.filter((name) => BENCHES[name] === undefined)
if (options.has('--help')) {
  console.log(
    `npm run bench -- [NAME…] [--OPTION…]\nBenches, all of them without a name: ${Object.keys(BENCHES).join(', ')}`,
  )
} else if (unknown.length > 0) {
  console.error(`no bench ${unknown.join(', ')}: there are ${Object.keys(BENCHES).join(', ')}`)
  process.exitCode = 2
} else {
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue
    for (const figure of await bench(options)) console.log(JSON.stringify(figure))
  }
}
