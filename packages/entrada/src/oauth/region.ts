import type { Emit } from '../events.ts'
import type { Http } from '../http/client.ts'
import { type Env, settingOf } from '../runtime/environment.ts'
import { type Quote, quoted } from '../runtime/quoted.ts'

/** The values that ask for this machine's region, in the spellings of MSAL and the Azure SDKs. */
const automatic = /^(?:auto_?discover(?:_?region)?|tryautodetect|true)$/i

const isRegion = (name: string): boolean => /^[a-z][a-z0-9]{1,63}$/.test(name)

/** The region that a program asked for: its name, or `auto` for this machine's. */
export type AskedRegion = { name: string } | 'auto'

/**
 * Reads `AZURE_REGIONAL_AUTHORITY_NAME`. A region becomes part of a host name, so only letters and digits are allowed;
 * throws a `TypeError` that begins with `who` for anything else.
 */
export function readRegion(env: Env, who: string, quote: Quote = quoted): AskedRegion | undefined {
  const value = settingOf(env, 'AZURE_REGIONAL_AUTHORITY_NAME')
  if (value === undefined) return undefined
  if (automatic.test(value)) return 'auto'
  const name = regionName(value)
  if (name !== undefined) return { name }
  throw new TypeError(
    `${who}: AZURE_REGIONAL_AUTHORITY_NAME ${quote(value)} is not a region. Use a name such as westus2, or AutoDiscoverRegion.`,
  )
}

/** "West US 2" and "westus2" are the same region. */
function regionName(text: string): string | undefined {
  const name = text.replaceAll(' ', '').toLowerCase()
  return isRegion(name) ? name : undefined
}

/** The hosts of the public cloud, which share one regional host. */
const publicHosts: readonly string[] = [
  'login.microsoftonline.com',
  'login.microsoft.com',
  'login.windows.net',
  'sts.windows.net',
]

/** The regional endpoint of an authority. */
export function regionalAuthority(authority: string, region: string): string {
  const { host, pathname } = new URL(authority)
  const global = publicHosts.includes(host) ? 'login.microsoft.com' : host
  return `https://${region}.${global}${pathname.replace(/\/$/, '')}`
}

/** How to find out where this machine is. */
export interface RegionFinder {
  env: Env
  http: Http
  emit: Emit
  signal: AbortSignal
}

/**
 * Finds this machine's region from `REGION_NAME`, which App Service sets, or else from the instance metadata service.
 * If neither knows it, resolves to `undefined` with a warning: the global endpoint serves every region.
 */
export async function discoverRegion({ env, http, emit, signal }: RegionFinder): Promise<string | undefined> {
  const named = regionName(settingOf(env, 'REGION_NAME') ?? '')
  if (named !== undefined) return named
  try {
    const host = settingOf(env, 'AZURE_POD_IDENTITY_AUTHORITY_HOST')
    const origin = host?.replace(/(?<!\/)\/+$/, '') || 'http://169.254.169.254'
    const url = `${origin}/metadata/instance/compute/location?api-version=2021-01-01&format=text`
    const answer = await http.send(
      { method: 'GET', url, headers: { Metadata: 'true' } },
      { signal, emit, probeTimeoutMs: 2_000 },
    )
    const found = answer.status === 200 ? regionName(answer.text.trim()) : undefined
    if (found !== undefined) return found
    warn(emit, `the instance metadata service answered ${answer.status} without a region`)
  } catch (error) {
    if (signal.aborted) throw error
    warn(emit, (error as Error).message)
  }
  return undefined
}

function warn(emit: Emit, why: string): void {
  emit({
    type: 'warning',
    message: `AZURE_REGIONAL_AUTHORITY_NAME asks for this machine's region, which cannot be found (${why}); the global endpoint is used.`,
  })
}
