import { Ajv2020 } from 'ajv/dist/2020.js'
import { Kafka, logLevel } from 'kafkajs'
import { contractSchema } from './segment-event.ts'

// The reference: what anybody would write to read a topic, parse and validate, and nothing else. Broker, topic, records.
const [broker = '', topic = '', records = ''] = process.argv.slice(2)
const validate = new Ajv2020({ allErrors: true, strict: false }).compile(contractSchema())
const kafka = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING })
const consumer = kafka.consumer({ groupId: `bare-${process.pid}` })
await consumer.connect()
await consumer.subscribe({ topics: [topic], fromBeginning: true })
let began = 0
let usedBefore = process.cpuUsage()
let read = 0
let valid = 0
await new Promise<void>((done) => {
  void consumer.run({
    eachBatch: async ({ batch }) => {
      if (began === 0) {
        began = performance.now()
        usedBefore = process.cpuUsage()
      }
      for (const { value } of batch.messages) {
        const event = JSON.parse(value?.toString() ?? '') as { properties: unknown }
        if (validate(event.properties)) valid += 1
        read += 1
      }
      if (read === Number(records)) done()
    },
  })
})
const used = process.cpuUsage(usedBefore)
console.log(
  JSON.stringify({
    valid,
    milliseconds: performance.now() - began,
    megabytes: Math.round(process.resourceUsage().maxRSS / 1024),
    cpu: (used.user + used.system) / 1_000,
  }),
)
process.exit(0)
