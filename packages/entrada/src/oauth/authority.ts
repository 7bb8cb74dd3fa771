import { isLoopback } from '../http/local-host.ts'

/** The sign-in hosts of the Azure clouds, as `@azure/identity` names them. */
export const AzureAuthorityHosts: {
  readonly AzureChina: 'https://login.chinacloudapi.cn'
  /** Closed since 2021; the name is kept so that old programs compile. */
  readonly AzureGermany: 'https://login.microsoftonline.de'
  readonly AzureGovernment: 'https://login.microsoftonline.us'
  readonly AzurePublicCloud: 'https://login.microsoftonline.com'
} = {
  AzureChina: 'https://login.chinacloudapi.cn',
  AzureGermany: 'https://login.microsoftonline.de',
  AzureGovernment: 'https://login.microsoftonline.us',
  AzurePublicCloud: 'https://login.microsoftonline.com',
}

export type AzureAuthorityHosts = (typeof AzureAuthorityHosts)[keyof typeof AzureAuthorityHosts]

/**
 * The origin of the authority: https, or http on loopback alone. A host without a scheme gets https, as in Python.
 * Throws a `TypeError` that begins with `source`, the name of the option or variable it came from.
 */
export function parseAuthority(value: unknown, source: string): string {
  const mend = `Use an https origin, such as ${AzureAuthorityHosts.AzurePublicCloud}.`
  const shown = JSON.stringify(value) ?? String(value)
  const fault = (what: string): TypeError =>
    new TypeError(`${source} ${shown.length > 200 ? `${shown.slice(0, 200)}...` : shown} ${what}. ${mend}`)
  if (typeof value !== 'string' || value.trim() === '') throw fault('is not the address of an authority')
  const text = value.trim()
  // First of all, and whatever else is wrong: every other message repeats the value.
  if (text.includes('@')) throw new TypeError(`${source} has a user name or password in it. ${mend}`)
  const address = text.includes('://') ? text : `https://${text}`
  if (!URL.canParse(address)) throw fault('is not a URL')
  const url = new URL(address)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    throw fault('must use https (http is for loopback alone)')
  }
  if (url.pathname.replaceAll('/', '') || url.search || url.hash) throw fault('has more than an origin')
  return url.origin
}
