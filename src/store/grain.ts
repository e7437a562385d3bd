import { DAY, type Duration, HOUR, MINUTE } from '../model/time.ts'

/** How finely windows are kept. Facets and findings have no days. */
export type Grain = 'minute' | 'hour' | 'day'

export const GRAIN: Readonly<Record<Grain, Duration>> = { minute: MINUTE, hour: HOUR, day: DAY }
