/** Tells whoever shows something that it changed. */
export interface ChangeSignal {
  readonly subscribe: (tell: () => void) => () => void
  readonly tell: () => void
}

export function createChanges(): ChangeSignal {
  const listeners = new Set<() => void>()
  return {
    subscribe: (tell) => {
      listeners.add(tell)
      return () => listeners.delete(tell)
    },
    tell: () => {
      for (const listener of listeners) listener()
    },
  }
}
