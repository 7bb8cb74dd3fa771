import type { Env } from '../runtime/host.ts'
import { HttpFailure } from './failure.ts'
import { isLocal } from './local-host.ts'

/** A proxy as Azure SDK clients name it. */
export interface ProxyOptions {
  host: string
  port: number
  username?: string
  password?: string
}

/**
 * The proxy for a URL, or `undefined` for none: `proxyOptions`, else `HTTPS_PROXY` or `ALL_PROXY` (lower case first, as
 * curl reads them), unless `NO_PROXY` names the host. Loopback and link-local hosts never go through a proxy: a
 * managed-identity host's secret must not leave the machine.
 */
export function proxyFor(url: URL, options: ProxyOptions | undefined, env: Env): string | undefined {
  if (url.protocol !== 'https:' || isLocal(url.hostname) || isExempt(url, env.no_proxy ?? env.NO_PROXY ?? '')) {
    return undefined
  }
  const named = options === undefined ? fromEnv(env) : fromOptions(options)
  return named || undefined
}

/** The variables that name a proxy for https; the first that is set counts, empty or not. */
const variables = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'] as const

function fromEnv(env: Env): string {
  const name = variables.find((variable) => env[variable] !== undefined)
  const value = name === undefined ? '' : (env[name] ?? '').trim()
  const address = value === '' || value.includes('://') ? value : `http://${value}`
  if (address === '' || (URL.canParse(address) && /^https?:$/.test(new URL(address).protocol))) return address
  // The value may hold a password.
  throw new HttpFailure('proxy', `${name} is not the address of an http or https proxy`)
}

function fromOptions({ host, port, username, password }: ProxyOptions): string {
  const url = new URL(host.includes('://') ? host : `http://${host}`)
  url.port = String(port)
  if (username !== undefined) url.username = encodeURIComponent(username)
  if (password !== undefined) url.password = encodeURIComponent(password)
  return url.href
}

/** The forms of an entry: name or address, and perhaps a port. */
const bracketed = /^\[([\da-f:.]+)\](?::(\d+))?$/
const bareIpv6 = /^([\da-f]*:[\da-f]*:[\da-f:.]*)$/
const named = /^\*?\.?(.*?)(?::(\d+))?$/

/** `NO_PROXY`: names that match with their sub-domains, addresses, `*` for all, an optional port. */
function isExempt(url: URL, noProxy: string): boolean {
  const host = url.hostname.toLowerCase().replace(/^\[|\]$/g, '')
  const isAddress = /^[\d.]+$|:/.test(host)
  const port = url.port || '443'
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      if (entry === '*') return true
      const [, name = '', entryPort] = bracketed.exec(entry) ?? bareIpv6.exec(entry) ?? named.exec(entry) ?? []
      if (name === '' || (entryPort !== undefined && entryPort !== port)) return false
      return host === name || (!isAddress && host.endsWith(`.${name}`))
    })
}
