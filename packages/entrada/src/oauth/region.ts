import type { Env } from '../runtime/host.ts'

/** What asks for the region of this machine, in the spellings of MSAL and the Azure SDKs. */
const automatic = /^(?:auto_?discover(?:_?region)?|tryautodetect|true)$/i

const isRegion = (name: string): boolean => /^[a-z][a-z0-9]{1,63}$/.test(name)

/** The region that a program asked for: its name, or `auto`. */
export type AskedRegion = { name: string } | 'auto'

/**
 * Reads `AZURE_REGIONAL_AUTHORITY_NAME`. A region becomes part of a host's name, so it is letters and digits alone; throws
 * a `TypeError` that begins with `who` for anything else.
 */
export function readRegion(env: Env, who: string): AskedRegion | undefined {
  const value = env.AZURE_REGIONAL_AUTHORITY_NAME?.trim()
  if (!value) return undefined
  if (automatic.test(value)) return 'auto'
  const name = regionName(value)
  if (name !== undefined) return { name }
  const shown = JSON.stringify(value.slice(0, 80))
  throw new TypeError(
    `${who}: AZURE_REGIONAL_AUTHORITY_NAME ${shown} is no region. Use a name such as westus2, or AutoDiscoverRegion.`,
  )
}

/** "West US 2" and "westus2" are one. */
export function regionName(text: string): string | undefined {
  const name = text.replaceAll(' ', '').toLowerCase()
  return isRegion(name) ? name : undefined
}
