import { type Env, settingOf } from '../runtime/environment.ts'
import { isQuoted } from '../runtime/malformed-variable.ts'
import { HttpFailure } from './failure.ts'
import { isLocal } from './this-network.ts'

/** A proxy as Azure SDK clients name it. */
export interface ProxyOptions {
  /** Its address, such as `http://proxy.example`. */
  host: string
  /** Its port. */
  port: number
  /** The user name, for a proxy that requires one. */
  username?: string
  /** The password that belongs to `username`. */
  password?: string
}

/**
 * The proxy for a URL, or `undefined` for none: `proxyOptions`, else the first of `https_proxy`, `HTTPS_PROXY`, `all_proxy`
 * and `ALL_PROXY` that is not empty, unless `no_proxy`, else `NO_PROXY`, names the host. Plain http, and loopback and link-local
 * hosts, never go through a proxy: the secret of a managed-identity host must not leave the machine.
 */
export function proxyFor(url: URL, options: ProxyOptions | undefined, env: Env): string | undefined {
  const exempt = settingOf(env, 'no_proxy') ?? settingOf(env, 'NO_PROXY') ?? ''
  if (url.protocol !== 'https:' || isLocal(url.hostname) || isExempt(url, exempt)) return undefined
  const named = options === undefined ? fromEnv(env) : fromOptions(options)
  return named || undefined
}

/** The variables that name a proxy for https. The first that is neither empty nor blank counts. */
const variables = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'] as const

function fromEnv(env: Env): string {
  const name = variables.find((variable) => settingOf(env, variable) !== undefined)
  const value = name === undefined ? '' : (settingOf(env, name) ?? '')
  const address = value === '' || value.includes('://') ? value : `http://${value}`
  if (address === '') return address
  // The value is not shown: it may hold a password.
  const fault = (what: string): HttpFailure => new HttpFailure('proxy', `${name} ${what}`)
  if (isQuoted(address)) throw fault('is in quotation marks; remove them')
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) {
    throw fault('is not the address of an http or https proxy')
  }
  if (proxyCredentials(new URL(address)) === undefined) {
    throw fault('has a user name or password with a "%" that begins no percent-encoding; write it as "%25"')
  }
  return address
}

/** The user name and password in a proxy's address, decoded; `undefined` if their percent-encoding is broken. */
export function proxyCredentials({ username, password }: URL): { username: string; password: string } | undefined {
  try {
    return { username: decodeURIComponent(username), password: decodeURIComponent(password) }
  } catch {
    return undefined
  }
}

function fromOptions({ host, port, username, password }: ProxyOptions): string {
  const url = new URL(host.includes('://') ? host : `http://${host}`)
  url.port = String(port)
  if (username !== undefined) url.username = encodeURIComponent(username)
  if (password !== undefined) url.password = encodeURIComponent(password)
  return url.href
}

/** The forms of an entry: a name or an address, and perhaps a port. */
const bracketed = /^\[([\da-f:.]+)\](?::(\d+))?$/
const bareIpv6 = /^([\da-f]*:[\da-f]*:[\da-f:.]*)$/
const named = /^\*?\.?(.*?)(?::(\d+))?$/

/** Whether `NO_PROXY` names the host: names match their subdomains too, `*` matches all, and a port is optional. */
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
