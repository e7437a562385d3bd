import { copyFileSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Admin } from 'kafkajs'
import { bounded } from '../../../src/observe/sources/kafka/bounded.ts'
import type { KafkaReader } from '../kafka-reader.ts'

/** What is asked when a test of a cluster fails. */
export interface Asked {
  readonly admin: Admin
  readonly topic: string
  readonly group: string
  readonly reader: KafkaReader | null
  /** What was noted while it ran, oldest first: times and words. */
  readonly notes: readonly string[]
  /** The folder of the brokers' logs. */
  readonly logs: string
}

/** Of each broker's log: so many of the last lines that complain. */
const COMPLAINTS = 12

/** What reader, brokers and group say of themselves; the logs of the brokers are kept. Takes a few seconds and never fails. */
export async function accountOf({ admin, topic, group, reader, notes, logs }: Asked): Promise<string> {
  const said: string[] = []
  const ask = async (what: string, answer: () => unknown): Promise<void> => {
    let text = 'no answer'
    const asking = async (): Promise<void> => {
      try {
        text = JSON.stringify(await answer())
      } catch (error) {
        text = String(error)
      }
    }
    await bounded(asking())
    said.push(`${what}: ${text}`)
  }
  await ask('reader', () => reader?.source.state())
  await ask('figures', () => reader?.source.figures?.())
  await ask('records read', () => reader?.records.length)
  await ask('positions', async () => Object.fromEntries((await reader?.positions()) ?? []))
  await ask('ends', () => admin.fetchTopicOffsets(topic))
  await ask('brokers', () => admin.describeCluster())
  await ask(
    'partitions',
    async () => (await admin.fetchTopicMetadata({ topics: [topic, '__consumer_offsets'] })).topics,
  )
  await ask('group', async () =>
    (await admin.describeGroups([group])).groups.map(({ state, members }) => ({
      state,
      members: members.map(({ memberId }) => memberId),
    })),
  )
  return [...said, ...notes, ...complaintsOf(logs)].join('\n')
}

/** The last complaints of each log, and where the whole of it is kept. */
function complaintsOf(logs: string): readonly string[] {
  const kept = mkdtempSync(join(tmpdir(), 'assay-cluster-kept-'))
  const said = [`logs of the brokers: ${kept}`]
  for (const name of readdirSync(logs).filter((one) => one.endsWith('.log'))) {
    copyFileSync(join(logs, name), join(kept, name))
    const lines = readFileSync(join(logs, name), 'utf8').split('\n')
    const complaints = lines.filter((line) => /\b(WARN|ERROR|FATAL)\b/.test(line)).slice(-COMPLAINTS)
    said.push(...complaints.map((line) => `${name}: ${line}`))
  }
  return said
}
