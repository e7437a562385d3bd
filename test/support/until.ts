/** Waits until `condition` gives something truthy, looking every few milliseconds; throws with `what` after `timeout` ms. */
export async function until<Value>(
  what: string,
  condition: () => Value | Promise<Value>,
  timeout = 30_000,
): Promise<NonNullable<Value>> {
  const deadline = performance.now() + timeout
  for (;;) {
    const value = await condition()
    if (value) return value as NonNullable<Value>
    if (performance.now() > deadline) throw new Error(`waited ${timeout} ms for ${what}`)
    await new Promise((next) => setTimeout(next, 10))
  }
}
