import { ASSETS } from './assets.ts'
import { html, type Html } from './html.ts'
import type { Clock } from './words.ts'

export interface Layout {
  readonly title: string
  readonly environment: string
  readonly clock: Clock
  readonly body: Html
}

/** A whole page. `[data-part]`s are what the script replaces when something changed; without it the page reloads itself. */
export function layout({ title, environment, clock, body }: Layout): string {
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<link rel="icon" href="${ASSETS.icon.path}"><link rel="stylesheet" href="${ASSETS.style.path}">
<noscript><meta http-equiv="refresh" content="30"></noscript><script src="${ASSETS.script.path}" defer></script></head>
<body><header><a class="name" href="/">Assay</a><span class="muted">${environment}</span>
<nav aria-label="Pages"><a href="/">Home</a> <a href="/events">Events</a> <a href="/scorecards">Scorecard</a> <a href="/api/v1/slos">API</a> <a href="/metrics">Metrics</a></nav></header>
<main>${body}</main>
<footer data-part="foot" id="foot">Times in ${clock.zone}. Page made at ${clock.mark(clock.now)}.</footer></body></html>`
  return page.markup
}

/** A part of a page that is refreshed by itself. */
export function part(id: string, title: string | null, body: Html): Html {
  return title === null
    ? html`<section id="${id}" data-part="${id}">${body}</section>`
    : html`<section id="${id}" data-part="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${body}</section>`
}

/** A table that scrolls sideways on its own where the screen is narrow. */
export function wide(label: string, table: Html): Html {
  return html`<div class="wide" role="group" aria-label="${label}" tabindex="0">${table}</div>`
}
