/**
 * What a page does beyond showing itself: reads itself anew when the server says that something changed and replaces the
 * parts that differ, leaving open what the reader opened; copies a contract stub.
 */
export const script = `'use strict'
let busy = false, again = false
async function refresh() {
  if (document.hidden) { again = true; return }
  if (busy) { again = true; return }
  busy = true
  try {
    const answer = await fetch(location.href, { headers: { accept: 'text/html' } })
    if (!answer.ok) return
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html')
    document.title = fresh.title
    for (const old of document.querySelectorAll('[data-part]')) {
      if (fresh.getElementById(old.id) === null) old.remove()
    }
    for (const part of fresh.querySelectorAll('[data-part]')) {
      const old = document.getElementById(part.id)
      if (old === null) { location.reload(); return }
      for (const details of old.querySelectorAll('details[open][id]')) {
        const same = part.querySelector('#' + CSS.escape(details.id))
        if (same !== null) same.open = true
      }
      for (const details of old.querySelectorAll('details[id]:not([open])')) {
        const same = part.querySelector('#' + CSS.escape(details.id))
        if (same !== null) same.open = false
      }
      if (!old.isEqualNode(part) && !old.contains(chosen())) old.replaceWith(part)
    }
  } catch { again = true } finally { busy = false }
}
function chosen() {
  const selection = getSelection()
  if (selection !== null && !selection.isCollapsed) return selection.anchorNode
  const active = document.activeElement
  return active === null || active === document.body ? null : active
}
if (document.querySelector('[data-part]') !== null) {
  const live = new EventSource('/live')
  live.addEventListener('change', refresh)
  document.addEventListener('visibilitychange', () => { if (!document.hidden && again) { again = false; refresh() } })
  setInterval(() => { if (again) { again = false; refresh() } }, 5000)
}
document.addEventListener('click', async (event) => {
  const button = event.target instanceof Element ? event.target.closest('button[data-copy]') : null
  if (button === null) return
  const text = document.getElementById(button.dataset.copy)?.textContent ?? ''
  try {
    await navigator.clipboard.writeText(text)
    button.textContent = 'Copied'
  } catch {
    getSelection()?.selectAllChildren(document.getElementById(button.dataset.copy))
    button.textContent = 'Selected: press Ctrl+C'
  }
})
document.documentElement.classList.add('scripted')
`
