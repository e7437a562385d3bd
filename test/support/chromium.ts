import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'
import { THOROUGH } from './thorough.ts'

const CHROMIUM = '/usr/bin/chromium'

/** Whether tests in a browser are to be run: one is installed, or everything is required. */
export const hasChromium = existsSync(CHROMIUM) || THOROUGH

export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
