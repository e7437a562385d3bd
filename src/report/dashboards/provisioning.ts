import { Document } from 'yaml'
import type { GeneratedFile } from '../generated-file.ts'

const MADE = ' Made by `assay generate dashboards`.'

/** What makes Grafana find the dashboards, and a Prometheus to ask. `folder`: where they are in Grafana's file system. */
export function provisioningFiles(folder: string, prometheus: string): readonly GeneratedFile[] {
  return [
    {
      path: 'provisioning/dashboards/assay.yaml',
      text: yaml(
        {
          apiVersion: 1,
          providers: [
            {
              name: 'assay',
              type: 'file',
              folder: 'Assay',
              disableDeletion: false,
              updateIntervalSeconds: 30,
              allowUiUpdates: false,
              options: { path: folder, foldersFromFilesStructure: false },
            },
          ],
        },
        `${MADE}\n Mount this folder's *.json at ${folder}, and provisioning/ at /etc/grafana/provisioning.`,
      ),
    },
    {
      path: 'provisioning/datasources/prometheus.yaml',
      text: yaml(
        {
          apiVersion: 1,
          datasources: [
            {
              name: 'Prometheus',
              type: 'prometheus',
              uid: 'prometheus',
              access: 'proxy',
              url: prometheus,
              isDefault: true,
              jsonData: { httpMethod: 'POST', timeInterval: '15s' },
            },
          ],
        },
        `${MADE}\n Leave it out where Grafana has a Prometheus already: the dashboards ask for the one that is chosen above them.`,
      ),
    },
  ]
}

function yaml(value: object, comment: string): string {
  const document = new Document(value)
  document.commentBefore = comment
  return document.toString({ lineWidth: 0 })
}
