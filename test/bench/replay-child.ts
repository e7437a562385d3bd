// Replays with the build that it is given, as an installed Assay would, and says how long it took and how much memory.
const [build = '', archive = '', config = '', out = ''] = process.argv.slice(2)
const { replay } = (await import(build)) as typeof import('../../src/cli/replay.ts')
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
