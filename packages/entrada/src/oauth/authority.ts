import { isLoopback, isOfThisNetwork } from '../http/this-network.ts'
import { type Quote, quoted } from '../runtime/quoted.ts'

/** The sign-in hosts of the Azure clouds, as `@azure/identity` names them. */
export const AzureAuthorityHosts: {
  /** Azure operated by 21Vianet, in China. */
  readonly AzureChina: 'https://login.chinacloudapi.cn'
  /** Closed in 2021; the name is kept so that old programs compile. */
  readonly AzureGermany: 'https://login.microsoftonline.de'
  /** Azure Government, of the United States. */
  readonly AzureGovernment: 'https://login.microsoftonline.us'
  /** The public cloud, which is the default. */
  readonly AzurePublicCloud: 'https://login.microsoftonline.com'
} = {
  AzureChina: 'https://login.chinacloudapi.cn',
  AzureGermany: 'https://login.microsoftonline.de',
  AzureGovernment: 'https://login.microsoftonline.us',
  AzurePublicCloud: 'https://login.microsoftonline.com',
}

export type AzureAuthorityHosts = (typeof AzureAuthorityHosts)[keyof typeof AzureAuthorityHosts]

/** Each of them is a type too, like the members of an enum. */
export declare namespace AzureAuthorityHosts {
  type AzureChina = typeof AzureAuthorityHosts.AzureChina
  type AzureGermany = typeof AzureAuthorityHosts.AzureGermany
  type AzureGovernment = typeof AzureAuthorityHosts.AzureGovernment
  type AzurePublicCloud = typeof AzureAuthorityHosts.AzurePublicCloud
}

/** Hosts of Microsoft's clouds, where a path can only be a tenant. */
const cloudHost =
  /(?:^|\.)(?:microsoft(?:online)?\.(?:com|us|de|cn)|windows\.net|chinacloudapi\.cn|usgovcloudapi\.net|ciamlogin\.com)$/

/** What decides whether an authority is valid. */
export interface AuthorityOptions {
  /** The tenants that its path may name. */
  tenants?: readonly unknown[]
  quote?: Quote
  allowInsecureConnection?: boolean | undefined
}

/**
 * Parses an authority: an origin with https, or with http on loopback (or, with `allowInsecureConnection`, on this
 * machine's network), and the path of a gateway in front of it, if there is one. Portals show an authority with a
 * tenant, or a word such as `common`, as its path: that is dropped, because the tenant is a separate argument. A host
 * without a scheme gets https, as in Python. Throws a `TypeError` that begins with `source`, the name of the option or
 * variable it came from.
 */
export function parseAuthority(
  value: unknown,
  source: string,
  { tenants = [], quote = quoted, allowInsecureConnection }: AuthorityOptions = {},
): string {
  const remedy = `Use an https origin, such as ${AzureAuthorityHosts.AzurePublicCloud}.`
  const shown = quote(value)
  const fault = (what: string): TypeError => new TypeError(`${source} ${shown} ${what}. ${remedy}`)
  // A value that could be a secret must not become a host either, because network errors name the host.
  if (typeof value !== 'string' || !value.trim() || shown[0] !== '"') throw fault('is not the address of an authority')
  const text = value.trim()
  // This check comes first, whatever else is wrong: every other message repeats the value.
  if (text.includes('@')) throw new TypeError(`${source} has a user name or password. ${remedy}`)
  const address = text.includes('://') ? text : `https://${text}`
  if (!URL.canParse(address)) throw fault('is not a URL')
  const url = new URL(address)
  const mayBePlain = allowInsecureConnection === true ? isOfThisNetwork : isLoopback
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && mayBePlain(url.hostname))) {
    throw fault('must use https (http is for loopback, or for this network with allowInsecureConnection)')
  }
  if (url.search || url.hash) throw fault('has a query or a fragment')
  const path = url.pathname.replace(/(?<!\/)\/+$/, '')
  const ofTenants = [...tenants, 'common', 'organizations', 'consumers', 'adfs'].map((each) => `/${each}`.toLowerCase())
  if (path === '' || ofTenants.includes(path.toLowerCase())) return url.origin
  // Without a scheme, what looks like a path may be part of a mistyped scheme.
  if (address !== text || cloudHost.test(url.hostname) || !/^(?:\/[\w.~-]+)+$/.test(path)) {
    throw fault('has a path that is not its tenant')
  }
  return url.origin + path
}

/** Whether a host belongs to one of Microsoft's clouds. */
export function isCloudHost(hostname: string): boolean {
  return cloudHost.test(hostname)
}

/** The name under which caches and stores file an authority's tokens: its host, with the path of a gateway. */
export function environmentOf(authority: string): string {
  return authority.slice(authority.indexOf('//') + 2)
}
