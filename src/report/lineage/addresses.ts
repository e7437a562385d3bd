import type { SourceConfig } from '../../config/schema.ts'
import { homeNamespace, type StreamDataset, type WarehouseAddress } from './dataset.ts'

/** What the names of streams are made from beside their configuration. */
export interface Surroundings {
  readonly environment: string
  /** The project's folder: relative paths start there. */
  readonly root: string
  /** Where the collectors are reached: `https://assay.example.org`. */
  readonly collector: string
}

/** The datasets that a source reads: a topic each, a path each, the collectors, the demo shop. */
export function streamsOf(source: SourceConfig, { environment, root, collector }: Surroundings): StreamDataset[] {
  const { id } = source
  switch (source.type) {
    case 'http': {
      const namespace = collector.replace(/\/+$/, '')
      return [{ kind: 'collector', source: id, namespace, name: id, uri: namespace }]
    }
    case 'file':
      return source.paths.map((path) => {
        const name = path.startsWith('/') ? path : `${root.replace(/\/+$/, '')}/${path.replace(/^(\.\/)+/, '')}`
        return { kind: 'file', source: id, namespace: 'file', name, uri: `file://${encodeURI(name.toWellFormed())}` }
      })
    case 'demo':
      return [
        { kind: 'demo', source: id, namespace: homeNamespace(environment), name: id, uri: homeNamespace(environment) },
      ]
    case 'kafka': {
      const namespace = `kafka://${[...source.brokers].sort()[0] ?? ''}`
      return source.topics.map((name) => ({ kind: 'topic', source: id, namespace, name, uri: `${namespace}/${name}` }))
    }
  }
}

const PORTS: Readonly<Record<string, string>> = { postgres: '5432' }

/** The address of a warehouse from its URL: host, port and database, never user or password. Null where it has none. */
export function warehouseAddress(type: string, url: string): WarehouseAddress | null {
  const parsed = URL.parse(url)
  if (parsed === null || parsed.hostname === '') return null
  const port = parsed.port === '' ? PORTS[type] : parsed.port
  const database = decoded(parsed.pathname.slice(1)) || decoded(parsed.username)
  return { namespace: `${type}://${parsed.hostname}${port === undefined ? '' : `:${port}`}`, database }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
