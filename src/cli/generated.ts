/** What this version generates, and where it goes below the project's folder. */
export const GENERATED = {
  prometheus: 'alerts/prometheus',
  dashboards: 'dashboards',
} as const
export type GeneratedKind = keyof typeof GENERATED
