import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import type { GeneratedFile } from '../generated-file.ts'
import { daemon } from './daemon.ts'
import { domain } from './domain.ts'
import { overview } from './overview.ts'
import { provisioningFiles } from './provisioning.ts'

/** Where the files are mounted in Grafana's container, and where it finds Prometheus: as docker-compose.yml has them. */
const FOLDER = '/var/lib/grafana/dashboards'
const PROMETHEUS = 'http://prometheus:9090'

/** The Grafana dashboards as files. `publicUrl`: where people reach Assay; the reader can change it above each dashboard. */
export function dashboardFiles(publicUrl: string): readonly GeneratedFile[] {
  const base = publicUrl.replace(/\/+$/, '')
  const json = (path: string, dashboard: Dashboard): GeneratedFile => ({
    path,
    text: `${JSON.stringify({ id: null, ...dashboard }, withoutHiding, 2)}\n`,
  })
  return [
    json('daemon.json', daemon(base)),
    json('domain.json', domain(base)),
    json('overview.json', overview(base)),
    ...provisioningFiles(FOLDER, PROMETHEUS),
  ]
}

/** The builder puts every link and annotation into a menu where nobody finds them; left out, they stand above the panels. */
function withoutHiding(key: string, value: unknown): unknown {
  return key === 'placement' && value === 'inControlsMenu' ? undefined : value
}
