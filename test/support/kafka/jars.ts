import { execFile, execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { until } from '../until.ts'

const KAFKA = '4.3.1'
/** A fetch takes 6 s on a fast line; a lock older than this was left behind. */
const LONGEST_FETCH = 5 * 60_000

/** Why this machine can't run a broker; null: it can. */
export function whyNoKafka(): string | null {
  const missing = [
    ['java', '-version'],
    ['mvn', '-version'],
  ].flatMap(([program = '', flag = '']) => (canRun(program, flag) ? [] : [program]))
  return missing.length === 0 || (missing[0] === 'mvn' && existsSync(folderOf())) ? null : `no ${missing.join(', no ')}`
}

function canRun(program: string, flag: string): boolean {
  try {
    execFileSync(program, [flag], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function folderOf(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'assay', `kafka-${KAFKA}`)
}

/** The folder of the broker's jars, fetched by Maven at first use: one process fetches, the others wait for it. */
export async function kafkaJars(): Promise<string> {
  const folder = folderOf()
  const lock = `${folder}.lock`
  mkdirSync(join(folder, '..'), { recursive: true })
  return until(
    'the jars of Kafka',
    async () => {
      if (existsSync(folder)) return folder
      if (!take(lock)) return null
      try {
        if (!existsSync(folder)) await fetchInto(folder)
        return folder
      } finally {
        rmSync(lock, { recursive: true, force: true })
      }
    },
    LONGEST_FETCH,
  )
}

function take(lock: string): boolean {
  try {
    mkdirSync(lock)
    return true
  } catch {
    const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    if (age > LONGEST_FETCH) rmSync(lock, { recursive: true, force: true })
    return false
  }
}

async function fetchInto(folder: string): Promise<void> {
  const parts = mkdtempSync(`${folder}.part-`)
  const pom = join(import.meta.dirname, 'pom.xml')
  await promisify(execFile)('mvn', [
    '-q',
    '-B',
    '-f',
    pom,
    'dependency:copy-dependencies',
    `-DoutputDirectory=${parts}`,
  ])
  renameSync(parts, folder)
}
