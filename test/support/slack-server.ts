import { type FaultServer, type ReceivedRequest, type Reply, startFaultServer } from './fault-server.ts'

export interface SlackServer extends FaultServer {
  /** The incoming webhook's address. */
  readonly webhook: string
  /** Messages that were posted. */
  readonly messages: SlackMessage[]
  readonly archive: () => void
}

interface SlackMessage {
  readonly text: string
  readonly blocks: readonly Record<string, unknown>[]
}

/** An incoming webhook as documented: plain-text codes, and the refusal of a whole message over one of Block Kit's limits. */
export async function startSlack(): Promise<SlackServer> {
  const messages: SlackMessage[] = []
  let archived = false

  function answer(request: ReceivedRequest): Reply {
    if (request.method !== 'POST' || !request.path.startsWith('/services/')) return plain(404, 'no_service')
    if (request.path !== '/services/T000/B000/secretpath') return plain(403, 'invalid_token')
    if (archived) return plain(410, 'channel_is_archived')
    let body: unknown
    try {
      body = JSON.parse(request.body)
    } catch {
      return plain(400, 'invalid_payload')
    }
    if (!isObject(body)) return plain(400, 'invalid_payload')
    const { text, blocks = [] } = body
    if (Array.isArray(blocks) && blocks.length === 0 && (typeof text !== 'string' || text === ''))
      return plain(400, 'no_text')
    const problem = blocksProblem(blocks)
    if (problem !== null) return plain(400, problem)
    messages.push({ text: String(text ?? ''), blocks: blocks as SlackMessage['blocks'] })
    return plain(200, 'ok')
  }

  const server = await startFaultServer(answer)
  return {
    ...server,
    webhook: `${server.url}/services/T000/B000/secretpath`,
    messages,
    archive: () => {
      archived = true
    },
  }
}

/** The code with which Slack refuses these blocks, or null. */
export function blocksProblem(blocks: unknown): 'invalid_blocks' | 'msg_blocks_too_long' | null {
  if (!Array.isArray(blocks) || blocks.length > 50) return 'invalid_blocks'
  if (!blocks.every((block) => isObject(block) && validBlock(block))) return 'invalid_blocks'
  return JSON.stringify(blocks).length > 13_200 ? 'msg_blocks_too_long' : null
}

function validBlock(block: Record<string, unknown>): boolean {
  const keys = (allowed: readonly string[]): boolean =>
    Object.keys(block).every((key) => key === 'type' || key === 'block_id' || allowed.includes(key))
  switch (block['type']) {
    case 'header':
      return keys(['text']) && isText(block['text'], 150, ['plain_text'])
    case 'section': {
      const { text, fields } = block
      if (!keys(['text', 'fields']) || (text === undefined && fields === undefined)) return false
      if (text !== undefined && !isText(text, 3_000, ['plain_text', 'mrkdwn'])) return false
      return fields === undefined || isListOf(fields, 10, (field) => isText(field, 2_000, ['plain_text', 'mrkdwn']))
    }
    case 'context':
      return (
        keys(['elements']) && isListOf(block['elements'], 10, (one) => isText(one, 3_000, ['plain_text', 'mrkdwn']))
      )
    case 'divider':
      return keys([])
    default:
      return false
  }
}

function isText(value: unknown, limit: number, types: readonly string[]): boolean {
  if (!isObject(value) || !types.includes(String(value['type']))) return false
  const { text } = value
  if (typeof text !== 'string' || text.length < 1 || text.length > limit) return false
  return value['emoji'] === undefined || (value['type'] === 'plain_text' && typeof value['emoji'] === 'boolean')
}

function isListOf(value: unknown, limit: number, valid: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length >= 1 && value.length <= limit && value.every(valid)
}

function plain(status: number, body: string): Reply {
  return { status, headers: { 'content-type': 'text/plain' }, body }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
