import type { Fetch } from '../keys/fetch-key-set.ts'

/** An authority besides the well-known ones, such as the emulator: whatever has a `url` fits. */
export interface Authority {
  /** Scheme and host, such as `https://contoso.ciamlogin.com`. Plain http goes to loopback alone. */
  readonly url: string
  /** Fetches its keys; default the option `fetch`. */
  readonly fetch?: Fetch
  /** Issuers of its tokens, with `{tenantid}` where the tenant's id is. Default `{url}/{tenantid}/` and `{url}/{tenantid}/v2.0`. */
  readonly issuers?: {
    /** The issuer of tokens of version 1.0. */
    readonly v1?: string
    /** The issuer of tokens of version 2.0. */
    readonly v2?: string
  }
}

/** The name of a cloud of Microsoft's, the URL of an authority, or an authority. */
export type CloudName = 'public' | 'us-government' | 'china' | (string & {}) | Authority

/** An authority with the issuers of both token versions. */
export interface Cloud {
  readonly url: string
  readonly fetch: Fetch | undefined
  readonly v1: string
  readonly v2: string
}

/** What an issuer has in place of the tenant's id. */
const template = '{tenantid}'

/**
 * Microsoft's clouds. Version 1.0 has issuers on hosts of its own, the public one also for the US government
 * (https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud and access-token-claims-reference).
 */
const clouds: ReadonlyMap<string, Cloud> = new Map(
  [
    ['public', 'https://login.microsoftonline.com', 'https://sts.windows.net'] as const,
    ['us-government', 'https://login.microsoftonline.us', 'https://sts.windows.net'] as const,
    ['china', 'https://login.partner.microsoftonline.cn', 'https://sts.chinacloudapi.cn'] as const,
  ].map(([name, url, v1]) => [
    name,
    { url, fetch: undefined, v1: `${v1}/${template}/`, v2: `${url}/${template}/v2.0` },
  ]),
)

/** The cloud that is meant. Throws a `TypeError`. */
export function readCloud(given: CloudName): Cloud {
  const named = typeof given === 'string' ? clouds.get(given) : undefined
  if (named !== undefined) return named
  const authority = typeof given === 'string' ? { url: given } : given
  const url = readUrl(authority?.url)
  const wellKnown = [...clouds.values()].find((cloud) => cloud.url === url)
  const { v1 = wellKnown?.v1 ?? `${url}/${template}/`, v2 = wellKnown?.v2 ?? `${url}/${template}/v2.0` } =
    authority.issuers ?? {}
  for (const issuer of [v1, v2]) {
    if (typeof issuer === 'string' && issuer.includes(template)) continue
    throw new TypeError(
      `accessTokens: clouds has the issuer ${JSON.stringify(issuer)} without ${template}. Write it as https://host/${template}/v2.0.`,
    )
  }
  return { url, fetch: authority.fetch, v1, v2 }
}

/** The issuer's name for one tenant. */
export function issuerOf(issuer: string, tenantId: string): string {
  return issuer.replaceAll(template, tenantId)
}

function readUrl(value: unknown): string {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined
  const isPlain = url?.protocol === 'http:' && /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)
  const isBare = url !== undefined && /^\/*$/.test(url.pathname) && url.search === '' && url.username === ''
  if (isBare && (url.protocol === 'https:' || isPlain)) return url.origin
  throw new TypeError(
    `accessTokens: clouds has ${JSON.stringify(value)}, which is neither a cloud nor an authority. Use 'public', 'us-government', 'china' or a URL such as https://login.example.`,
  )
}
