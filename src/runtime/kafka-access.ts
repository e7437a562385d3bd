import { readSecret, type SecretRef } from '../config/secret.ts'
import type { KafkaAccess } from '../observe/sources/kafka/client.ts'
import type { KafkaSourceConfig } from '../observe/sources/kafka/config.ts'

/** How a cluster is reached, secrets in place; `disabled`: why that can't be known. */
export function kafkaAccessOf(
  { brokers, tls, sasl }: KafkaSourceConfig,
  env: Readonly<Record<string, string | undefined>>,
): KafkaAccess | { readonly disabled: string } {
  const missing: string[] = []
  const secret = (ref: SecretRef): string => {
    const read = readSecret(ref, env)
    if ('value' in read) return read.value
    missing.push(read.missing)
    return ''
  }
  const login =
    sasl === undefined
      ? null
      : { mechanism: sasl.mechanism, username: secret(sasl.username), password: secret(sasl.password) }
  const encryption =
    typeof tls === 'object'
      ? {
          rejectUnauthorized: tls.reject_unauthorized,
          ...(tls.ca === undefined ? {} : { ca: [secret(tls.ca)] }),
          ...(tls.cert === undefined ? {} : { cert: secret(tls.cert) }),
          ...(tls.key === undefined ? {} : { key: secret(tls.key) }),
        }
      : (tls ?? false)
  if (missing.length > 0) return { disabled: missing.join('; ') }
  return { brokers, tls: encryption, sasl: login }
}
