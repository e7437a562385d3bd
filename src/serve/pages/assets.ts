import { createHash } from 'node:crypto'
import { script } from './script.ts'
import { style } from './style.ts'

export interface Asset {
  /** With the content's hash: may be kept for ever. */
  readonly path: string
  readonly type: string
  readonly content: string
}

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="M2 12 6 6l3 4 5-7" fill="none" stroke="#0b57d0" stroke-width="2"/></svg>`

function asset(name: string, type: string, content: string): Asset {
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 12)
  const [stem, extension] = name.split('.')
  return { path: `/assets/${stem}-${hash}.${extension}`, type, content }
}

/** The files that pages name. */
export const ASSETS = {
  style: asset('assay.css', 'text/css; charset=utf-8', style),
  script: asset('assay.js', 'text/javascript; charset=utf-8', script),
  icon: asset('assay.svg', 'image/svg+xml', icon),
} as const
