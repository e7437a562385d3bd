import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { contractSchema } from './segment-event.ts'

// The reference: what anybody would write to gunzip, split, parse and validate a file, and nothing else.
const validate = new Ajv2020({ allErrors: true, strict: false }).compile(contractSchema())
const began = performance.now()
let rest: Buffer = Buffer.alloc(0)
let valid = 0
for await (const part of createReadStream(process.argv[2] ?? '', { highWaterMark: 1 << 18 }).pipe(
  createGunzip({ chunkSize: 1 << 18 }),
)) {
  const chunk = rest.length === 0 ? (part as Buffer) : Buffer.concat([rest, part as Buffer])
  let start = 0
  for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, start)) {
    const event = JSON.parse(chunk.toString('utf8', start, end)) as { properties: unknown }
    if (validate(event.properties)) valid += 1
    start = end + 1
  }
  rest = chunk.subarray(start)
}
console.log(
  JSON.stringify({
    valid,
    milliseconds: performance.now() - began,
    megabytes: Math.round(process.resourceUsage().maxRSS / 1024),
  }),
)
