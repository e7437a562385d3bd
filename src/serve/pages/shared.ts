/** How long a page made for one reader serves the others too: a change reaches all of them in the same second. */
const SHARED_MS = 1_000
const MOST = 20

/**
 * Makes a page at most once a second for each `key`, whoever asks: a hundred open pages cost what one does, and cannot
 * slow down what counts records in the same process. A page that failed is made anew.
 */
export function shared(make: (key: string) => Promise<string>): (key: string) => Promise<string> {
  const made = new Map<string, { readonly at: number; readonly page: Promise<string> }>()
  return (key) => {
    const at = performance.now()
    const known = made.get(key)
    if (known !== undefined && at - known.at < SHARED_MS) return known.page
    const page = make(key)
    if (made.size >= MOST) made.clear()
    made.set(key, { at, page })
    page.catch(() => made.delete(key))
    return page
  }
}
