/** Where an alert sends its reader. */
export interface Links {
  /** Below `alerts/`, as an SLO names it; the page that Assay serves where its address is known, else the file in the repository. */
  readonly runbook: (path: string) => string
  /** Assay's page of an event; null where its address isn't known. */
  readonly event: (name: string) => string | null
  readonly table: (name: string) => string | null
}

/** `publicUrl`: where people reach Assay, from `http.public_url`. */
export function linksTo(publicUrl: string | null): Links {
  const base = publicUrl?.replace(/\/+$/, '') ?? null
  return {
    runbook: (path) => {
      if (/^https?:\/\//.test(path)) return path
      return base === null ? `alerts/${path}` : `${base}/${path}`
    },
    event: (name) => (base === null ? null : `${base}/events/${encodeURIComponent(name)}`),
    table: (name) => (base === null ? null : `${base}/tables/${encodeURIComponent(name)}`),
  }
}
