import type { Emit } from '../events.ts'
import type { Http } from '../http/http.ts'
import type { Env } from '../runtime/host.ts'
import { regionName } from './region.ts'

/** Hosts of the public cloud, which share one regional host. */
const publicHosts: readonly string[] = [
  'login.microsoftonline.com',
  'login.microsoft.com',
  'login.windows.net',
  'sts.windows.net',
]

/** The origin of the regional endpoint of an authority. */
export function regionalAuthority(authority: string, region: string): string {
  const { host } = new URL(authority)
  return `https://${region}.${publicHosts.includes(host) ? 'login.microsoft.com' : host}`
}

/** How to find out where this machine is. */
export interface RegionFinder {
  env: Env
  http: Http
  emit: Emit
  signal: AbortSignal
}

/**
 * Where this machine is: `REGION_NAME`, which App Service sets, else the instance metadata service. `undefined` where
 * neither says it, with a warning: the global endpoint serves every region.
 */
export async function discoverRegion({ env, http, emit, signal }: RegionFinder): Promise<string | undefined> {
  const named = regionName(env.REGION_NAME ?? '')
  if (named !== undefined) return named
  try {
    const origin = env.AZURE_POD_IDENTITY_AUTHORITY_HOST?.replace(/\/+$/, '') || 'http://169.254.169.254'
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
    message: `AZURE_REGIONAL_AUTHORITY_NAME asks for this machine's region, which is not to be found (${why}); the global endpoint is used.`,
  })
}
