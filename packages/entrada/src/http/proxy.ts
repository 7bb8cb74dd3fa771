import { type Env, settingOf } from '../runtime/environment.ts'
import { isQuoted } from '../runtime/malformed-variable.ts'
import { quoted } from '../runtime/quoted.ts'
import { HttpFailure } from './failure.ts'
import { isExempt, noProxyOf, unreadEntries } from './no-proxy.ts'
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
  if (url.protocol !== 'https:' || isLocal(url.hostname) || isExempt(url, noProxyOf(env))) return undefined
  const named = options === undefined ? fromEnv(env) : fromOptions(options)
  return named || undefined
}

/** How many entries a warning shows. */
const mostShown = 5

/** The warning about entries of `NO_PROXY` that are in no known form, if there are any: their hosts are not exempt. */
export function noProxyFault(env: Env): string | undefined {
  const unread = unreadEntries(noProxyOf(env))
  if (unread.length === 0) return undefined
  // An address may hold a password.
  const shown = unread.slice(0, mostShown).map((entry) => (entry.includes('@') ? 'one with an "@"' : quoted(entry)))
  const others = unread.length > mostShown ? [`${unread.length - mostShown} more`] : []
  const what = `NO_PROXY has entries that exempt no host from the proxy, because they are not understood: ${[...shown, ...others].join(', ')}.`
  return `${what} Write names, addresses, networks such as 10.0.0.0/8, or "*", each with a port if needed.`
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
  const url = new URL(address)
  if (proxyCredentials(url) === undefined) {
    const isBare = /%(?![\da-f]{2})/i.test(url.username + url.password)
    throw fault(
      isBare
        ? 'has a bare "%" in its user name or password; write it as "%25"'
        : 'has a user name or password that is not percent-encoded as UTF-8; write "é" as "%C3%A9"',
    )
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
