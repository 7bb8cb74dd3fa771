import type { Env } from '../runtime/environment.ts'

/** What people name variables that hold secrets. `IDENTITY_HEADER` is a secret too, though its name does not say so. */
const secretNames = /SECRET|PASSWORD|TOKEN|CREDENTIAL|PRIVATE|_KEY|CONNECTION_STRING|^IDENTITY_HEADER$/

/** What this library signs in with itself; a tool that is already signed in does not need it. */
const ours: readonly string[] = [
  'AZURE_CLIENT_SECRET',
  'AZURE_CLIENT_CERTIFICATE_PASSWORD',
  'AZURE_PASSWORD',
  'AZD_AUTH_KEY',
]

/**
 * The environment of a tool: this process's, because tools need their configuration, proxies and certificates, without
 * the variables whose names suggest a secret. Variables that the tool itself reads are kept: `needs` lists names, and
 * prefixes of the names of its own settings (`AZURE_*`). Case is ignored, because Windows ignores it.
 */
export function childEnvironment(env: Env, needs: readonly string[], added: Env): Env {
  const kept = Object.entries(env).filter(([given, value]) => {
    const name = given.toUpperCase()
    const isNeeded = needs.some((need) => {
      const wanted = need.toUpperCase()
      return name === wanted || (wanted.endsWith('*') && name.startsWith(wanted.slice(0, -1)) && !ours.includes(name))
    })
    return value !== undefined && (isNeeded || !secretNames.test(name))
  })
  return { ...Object.fromEntries(kept), ...added }
}

/** Shorter values occur in ordinary words. */
const shortestSecret = 6

/** What a tool was given that may be a secret, and must not be shown if the tool prints it. */
export function secretsIn(env: Env): string[] {
  return Object.entries(env).flatMap(([name, value = '']) => {
    const secret = value.trim()
    return secret.length >= shortestSecret && secretNames.test(name.toUpperCase()) ? [secret] : []
  })
}
