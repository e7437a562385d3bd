import { Document, isScalar, visit } from 'yaml'

/** What a recording or an alerting rule says, in Prometheus' own words. */
export type Rule =
  | { readonly record: string; readonly expr: string }
  | {
      readonly alert: string
      readonly expr: string
      readonly for?: string
      readonly keep_firing_for?: string
      readonly labels: Readonly<Record<string, string>>
      readonly annotations: Readonly<Record<string, string>>
    }

export interface RuleGroup {
  readonly name: string
  readonly interval?: string
  readonly rules: readonly Rule[]
}

/** A rule file as text: `head` as its comment, the groups as given; the same bytes from the same groups. */
export function ruleFileText(head: string, groups: readonly RuleGroup[]): string {
  const document = new Document({ groups })
  visit(document, {
    Scalar: (_key, node) => {
      if (typeof node.value === 'string' && node.value.includes('\n')) node.type = 'BLOCK_LITERAL'
    },
    Pair: (_key, { key, value }) => {
      // Sentences and durations as they are read; an expression over several lines as a block.
      if (isScalar(key) && isScalar(value) && typeof value.value === 'string' && !value.value.includes('\n'))
        value.type = TEXTS.has(String(key.value)) ? 'QUOTE_DOUBLE' : 'PLAIN'
    },
  })
  document.commentBefore = head
    .trim()
    .split('\n')
    .map((line) => (line === '' ? '' : ` ${line}`))
    .join('\n')
  return document.toString({ lineWidth: 0 })
}

const TEXTS = new Set(['summary', 'description', 'runbook_url', 'assay_url'])

/** Text that Prometheus' templates print as it is, whatever stands in it. */
export function literal(text: string): string {
  return text.replaceAll('{{', '{{ "{{" }}')
}
