import { connect, createServer, type Socket } from 'node:net'
import { freePort } from '../free-port.ts'

/** Stands between clients and a broker, and breaks connections where it is told to. */
export interface KafkaProxy {
  /** Its address, which the broker's answers name as well. */
  readonly address: string
  /** Sends half of the next answer to that kind of request (its key in the protocol), then resets the connection. */
  readonly cutNext: (api: number) => void
  /** Whether it keeps all answers to itself; connections stay open. */
  readonly mute: (isMute: boolean) => void
  /** Answers that were cut. */
  readonly cuts: () => number
  /** Breaks all connections and refuses new ones. */
  readonly close: () => Promise<void>
  readonly open: () => Promise<void>
}

/** Keys of requests: https://kafka.apache.org/protocol#protocol_api_keys. */
export const FETCH = 1

const SIZE = 4
/** Where a request has its correlation id, and an answer its own: behind the size, key and version, and behind the size. */
const REQUEST_ID = 8

export async function startKafkaProxy(broker: string): Promise<KafkaProxy> {
  const [host = '', brokerPort = ''] = broker.split(':')
  const sockets = new Set<Socket>()
  let cutting: number | null = null
  let cuts = 0
  let muted = false
  const server = createServer((client) => {
    const upstream = connect(Number(brokerPort), host)
    const asked = new Map<number, number>()
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    client.on(
      'data',
      frames((frame) => {
        asked.set(frame.readInt32BE(REQUEST_ID), frame.readInt16BE(SIZE))
        upstream.write(frame)
      }),
    )
    upstream.on(
      'data',
      frames((frame) => {
        if (muted) return
        const id = frame.readInt32BE(SIZE)
        const answer = renamed(frame)
        const isCut = cutting !== null && asked.get(id) === cutting
        asked.delete(id)
        if (!isCut) {
          client.write(answer)
          return
        }
        cutting = null
        cuts += 1
        upstream.destroy()
        client.write(answer.subarray(0, Math.ceil(answer.length / 2)), () => client.resetAndDestroy())
      }),
    )
  })
  const port = await freePort()
  const open = (): Promise<void> => new Promise((done) => server.listen(port, '127.0.0.1', () => done()))
  await open()
  const theirs = addressBytes(host, Number(brokerPort))
  const own = addressBytes('127.0.0.1', port)

  /** An answer with this proxy's address in the place of the broker's: both are as long. */
  function renamed(answer: Buffer): Buffer {
    const changed = Buffer.from(answer)
    for (let at = changed.indexOf(theirs); at >= 0; at = changed.indexOf(theirs, at + own.length)) own.copy(changed, at)
    return changed
  }

  return {
    address: `127.0.0.1:${port}`,
    cutNext: (api) => {
      cutting = api
    },
    mute: (isMute) => {
      muted = isMute
    },
    cuts: () => cuts,
    open,
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

/** As answers write it: the host's length, the host, the port. */
function addressBytes(host: string, port: number): Buffer {
  const bytes = Buffer.alloc(2 + host.length + 4)
  bytes.writeInt16BE(host.length)
  bytes.write(host, 2)
  bytes.writeInt32BE(port, 2 + host.length)
  return bytes
}

/** Calls with each whole message, its size in front. */
function frames(each: (frame: Buffer) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0)
  return (chunk) => {
    rest = Buffer.concat([rest, chunk])
    while (rest.length >= SIZE) {
      const end = SIZE + rest.readInt32BE()
      if (rest.length < end) return
      each(rest.subarray(0, end))
      rest = rest.subarray(end)
    }
  }
}
