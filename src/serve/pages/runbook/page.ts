import type { ServeDeps } from '../../deps.ts'
import { notFound } from '../../problems.ts'
import { html } from '../html.ts'
import { layout } from '../layout.ts'
import { clockIn } from '../words.ts'

/** A runbook as it was written: what every alert links to. Throws a 404 problem where there is none. */
export function runbookPage({ runbook, plan, now }: ServeDeps, file: string): string {
  const text = runbook?.(`runbooks/${file}`) ?? null
  if (text === null) throw notFound('runbook', file)
  const { environment, timezone } = plan()
  const title = /^#\s+(.+)$/m.exec(text)?.[1] ?? file
  const body = html`<h1>${title}</h1><pre class="runbook">${text.replace(/^#\s+.+\n+/, '')}</pre>`
  return layout({ title: `Runbook: ${title}`, environment, clock: clockIn(timezone, now()), body })
}
