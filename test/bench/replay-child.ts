import { replay } from '../../src/cli/replay.ts'

const [archive = '', config = '', out = ''] = process.argv.slice(2)
const began = performance.now()
const code = await replay(
  { files: [archive], config, out, verdicts: 'changes' },
  {
    env: {},
    cwd: process.cwd(),
    out: () => undefined,
    err: (text) => process.stderr.write(text),
    isTerminal: false,
    now: Date.now,
    signal: new AbortController().signal,
  },
)
if (code !== 0) process.exit(code)
console.log(
  JSON.stringify({
    milliseconds: performance.now() - began,
    megabytes: Math.round(process.resourceUsage().maxRSS / 1024),
  }),
)
process.exit(0)
