import { stringify } from 'yaml'
import type { EventSample } from '../../../model/sample.ts'
import type { ContractVersion, EventPlan } from '../../../plan/plan.ts'
import type { VersionCounts } from '../../../store/read/counts.ts'
import type { FindingCount } from '../../../store/read/samples.ts'
import { fillOf, mergedProperties, payloadOf, watchedOf } from '../../samples.ts'
import { html, type Html } from '../html.ts'
import { wide } from '../layout.ts'
import { mark } from '../marks.ts'
import { count, percent } from '../words.ts'

const MOST = 100

/** Contract type against types seen, fill, PII class: the newest version's properties, then what it doesn't name. */
export function propertiesTable(
  event: EventPlan,
  samples: readonly EventSample[],
  findings: readonly FindingCount[],
  received: number,
): Html {
  const newest = event.versions.at(-1)
  const watched = watchedOf(event)
  const seen = new Map(mergedProperties(samples).map((profile) => [profile.name, profile]))
  const names = [...new Set([...(newest?.known ?? []), ...seen.keys()])].slice(0, MOST)
  if (names.length === 0) return html`<p class="muted">None known.</p>`
  return wide(
    'Properties',
    html`<table><thead><tr><th>Property</th><th>Contract</th><th>Seen</th><th class="right">Filled</th><th>PII</th></tr></thead><tbody>${names.map(
      (name) => {
        const profile = seen.get(name)
        const isPlanned = newest === undefined || newest.known.has(name) || newest.covers(name)
        return html`<tr><th scope="row" class="name">${name}</th><td>${
          isPlanned ? contractType(newest, name) : mark('warn', 'not in the contract')
        }</td><td>${profile === undefined ? '–' : Object.keys(profile.types).sort().join(', ')}</td><td class="right">${
          profile === undefined ? '–' : percent(fillOf(profile, watched, findings, received))
        }</td><td>${newest?.pii.get(`/${name}`) ?? ''}</td></tr>`
      },
    )}</tbody></table>`,
  )
}

function contractType(version: ContractVersion | undefined, name: string): string {
  const properties = version?.schema['properties'] as Record<string, unknown> | undefined
  const schema = properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : undefined
  const isWatched = version?.watched.includes(name) === true
  if (typeof schema !== 'object' || schema === null) return isWatched ? 'anything, expected' : 'anything'
  const { type, enum: values } = schema as { type?: unknown; enum?: unknown }
  const text = Array.isArray(values)
    ? values.slice(0, 6).map(String).join(' | ') + (values.length > 6 ? ' | …' : '')
    : Array.isArray(type)
      ? type.join(' | ')
      : typeof type === 'string'
        ? type
        : 'anything'
  return isWatched ? `${text}, expected` : text
}

/** Who sends it, and how much of that is invalid. */
export function versionsTable(versions: readonly VersionCounts[]): Html {
  if (versions.length === 0) return html`<p class="muted">Nothing in 24 h.</p>`
  const total = versions.reduce((sum, row) => sum + row.received, 0)
  return wide(
    'Versions',
    html`<table><thead><tr><th>Platform</th><th>App version</th><th class="right">Records</th><th class="right">Share</th><th class="right">Invalid</th></tr></thead><tbody>${versions
      .slice(0, MOST)
      .map(
        ({ platform, appVersion, received, invalid }) =>
          html`<tr><td>${platform ?? 'unknown'}</td><td>${appVersion ?? 'unknown'}</td><td class="right">${count(
            received,
          )}</td><td class="right">${percent(received / total)}</td><td class="right">${invalid === 0 ? '0' : mark('bad', percent(invalid / received))}</td></tr>`,
      )}</tbody></table>`,
  )
}

/** A stored payload, laid out for reading. */
export function payload(text: string | null): Html {
  if (text === null) return html`<p class="muted">None.</p>`
  const value = payloadOf(text)
  return html`<pre tabindex="0">${typeof value === 'string' ? value : JSON.stringify(value, null, 2)}</pre>`
}

/** Every version of the contract, the newest open. */
export function contracts({ versions }: EventPlan): Html {
  return html`${[...versions]
    .reverse()
    .map(
      ({ version, appliesFrom, schema }, index) =>
        html`<details id="contract-${version}"${index === 0 && html` open`}><summary>Version ${version}${
          appliesFrom !== null && `, from app version ${appliesFrom}`
        }</summary><pre tabindex="0">${stringify(schema).slice(0, 40_000)}</pre></details>`,
    )}`
}
