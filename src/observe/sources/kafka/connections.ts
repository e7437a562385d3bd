import { createRequire } from 'node:module'
import type { Socket } from 'node:net'

/** The client's connection to a broker, as far as it is used here. */
interface Connection {
  socket?: Socket
  /** What has come of an answer that isn't whole, its bytes, and those at which it goes on reading. */
  chunks: Buffer[]
  bytesBuffered: number
  bytesNeeded: number
  readonly isConnected: () => boolean
}

interface ConnectionPrototype {
  connect: (this: Connection) => Promise<unknown>
  processData: (this: Connection, data: Buffer) => void
}

/** An answer begins with its size. */
const SIZE = 4
const mended = new WeakSet<ConnectionPrototype>()

/**
 * Mends the client's connections. kafkajs 2.2.4 keeps what it has of an answer in the middle of which the connection broke, and
 * takes what comes over the next one for its rest: requests wait in vain for minutes, or an exception that nobody catches ends
 * the process.
 */
export function mendConnections(): void {
  const inner = createRequire(import.meta.url)
  const { prototype } = inner('kafkajs/src/network/connection.js') as { readonly prototype: ConnectionPrototype }
  if (mended.has(prototype)) return
  mended.add(prototype)
  const { connect, processData } = prototype
  prototype.connect = function () {
    if (!this.isConnected()) {
      this.chunks = []
      this.bytesBuffered = 0
      this.bytesNeeded = SIZE
    }
    return connect.call(this)
  }
  prototype.processData = function (data) {
    try {
      processData.call(this, data)
    } catch (error) {
      // No broker's answer: the connection is given up as a broken one.
      this.socket?.destroy(error instanceof Error ? error : new Error(String(error)))
    }
  }
}
