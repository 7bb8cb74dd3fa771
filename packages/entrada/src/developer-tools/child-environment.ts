import type { Env } from '../runtime/host.ts'

/** Variables that hold secrets of this process. A tool sees those alone that it reads itself. */
const secrets: readonly string[] = [
  'AZURE_CLIENT_SECRET',
  'AZURE_CLIENT_CERTIFICATE_PASSWORD',
  'AZURE_PASSWORD',
  'SYSTEM_ACCESSTOKEN',
  'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
  'ACTIONS_RUNTIME_TOKEN',
  'AZD_AUTH_KEY',
]

/**
 * The environment of a tool: this process's, because tools need their configuration, proxies and certificates, without
 * the secrets that the tool has no use for. `IDENTITY_HEADER` and `MSI_SECRET` stay: a tool may be signed in as the host's
 * managed identity.
 */
export function childEnvironment(env: Env, needs: readonly string[], added: Env): Env {
  const withheld = secrets.filter((name) => !needs.includes(name))
  const kept = Object.entries(env).filter(([name, value]) => {
    return value !== undefined && !withheld.includes(name.toUpperCase())
  })
  return { ...Object.fromEntries(kept), ...added }
}
