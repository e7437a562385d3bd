const SIGNAL_PATH = '/v1/traces'

/**
 * Where spans are posted: the base address with `/v1/traces` behind it, as the OTLP exporter specification has it for
 * `OTEL_EXPORTER_OTLP_ENDPOINT`; an address that already ends so stays as it is. Null: it is no HTTP address.
 */
export function tracesUrl(base: string): string | null {
  const url = URL.parse(base)
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return null
  if (!url.pathname.endsWith(SIGNAL_PATH)) url.pathname = `${url.pathname.replace(/\/+$/, '')}${SIGNAL_PATH}`
  return url.href
}
