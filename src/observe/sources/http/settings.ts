import type { IncomingMessage } from 'node:http'

/**
 * What Segment's browser library asks of its CDN before it sends anything: with `cdnURL` set to this collector, no
 * destination runs in the page and all messages come here. Null where the request's `Host` is no host.
 */
export function browserSettings(request: IncomingMessage, writeKey: string): object | null {
  const host = request.headers.host ?? ''
  if (!/^[a-z0-9._-]+(:\d+)?$|^\[[0-9a-f:.]+\](:\d+)?$/i.test(host)) return null
  const secure = 'encrypted' in request.socket || /^https\b/i.test(String(request.headers['x-forwarded-proto'] ?? ''))
  return {
    integrations: {
      'Segment.io': {
        apiKey: writeKey,
        apiHost: `${host}/v1`,
        protocol: secure ? 'https' : 'http',
        addBundledMetadata: true,
        unbundledIntegrations: [],
        maybeBundledConfigIds: {},
        versionSettings: { version: '4.4.7', componentTypes: ['browser'] },
      },
    },
    plan: { track: { __default: { enabled: true, integrations: {} } }, identify: { __default: { enabled: true } } },
    middlewareSettings: {},
    enabledMiddleware: {},
    // The library's own telemetry would go to its vendor.
    metrics: { sampleRate: 0 },
    legacyVideoPluginsEnabled: false,
    remotePlugins: [],
  }
}
