import { isIP } from 'node:net'
import { connect, type PeerCertificate } from 'node:tls'
import { diagnosisTools } from 'entrada/config'
import type { Subject } from './subject.ts'

/** What happens when the authority is asked for something that needs no proof. */
export interface Reach {
  /** The authority's origin; `undefined` if there is none that could be asked. */
  readonly authority: string | undefined
  /** Why the setting is not an authority. */
  readonly malformed?: string
  /** The proxy on the way, without what it is told of us; and the variable that names it. */
  readonly proxy?: { readonly address: string; readonly variable: string }
  /** Set if that variable is not the address of a proxy. */
  readonly malformedProxy?: string
  /** The response. */
  readonly answer?: Answer
  /** Why there is none. */
  readonly failure?: ConnectionFailure
  /** Whether the time was up. */
  readonly isLate?: boolean
  /** The issuers of a certificate that is not accepted. */
  readonly presented?: { subject: string; issuer: string; validFrom: string; validTo: string }
  /** Whether the authority has a tenant of this name. */
  hasTenant(tenant: string): Promise<boolean>
}

interface Answer {
  readonly status: number
  /** What the header `Date` says, in milliseconds since the epoch, and when it came. */
  readonly date: number | undefined
  readonly receivedAt: number
  /** Whether it is JSON, as everything of Entra ID's is. */
  readonly isJson: boolean
}

/** An error of a connection, as Node has it. */
export interface ConnectionFailure {
  readonly code: string
  readonly message: string
  readonly statusCode?: number
}

interface ReachWorld {
  env: Readonly<Record<string, string | undefined>>
  now(): number
  signal: AbortSignal
}

const longestBody = 64 * 1024
const proxyVariables = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY']

/** Asks the authority for its public metadata, over the connections that credentials use. Never rejects. */
export async function reachAuthority({ settings, allowsPlainHttp }: Subject, world: ReachWorld): Promise<Reach> {
  const { env, now, signal } = world
  const { parseAuthority, proxyFor, nodeTransport } = await diagnosisTools()
  const none = { hasTenant: async () => false }
  let authority: string
  try {
    const { value = 'https://login.microsoftonline.com', from = '' } = settings.authorityHost ?? {}
    authority = parseAuthority(value, from, {
      tenants: [settings.tenantId?.value],
      allowInsecureConnection: allowsPlainHttp,
    })
  } catch (error) {
    return { ...none, authority: undefined, malformed: (error as Error).message }
  }
  const url = new URL(authority)
  const variable = proxyVariables.find((name) => env[name]?.trim()) ?? ''
  let proxy: Reach['proxy']
  try {
    const address = proxyFor(url, undefined, env)
    if (address !== undefined) proxy = { address: new URL(address).origin, variable }
  } catch {
    return { ...none, authority, malformedProxy: variable }
  }
  const { transport, close } = nodeTransport({ env })
  signal.addEventListener('abort', close, { once: true })
  const ask = async (tenant: string): Promise<Answer> => {
    const path = `${authority}/${encodeURIComponent(tenant)}/v2.0/.well-known/openid-configuration`
    const { status, headers, body } = await transport(path, { method: 'GET', headers: {}, signal, redirect: 'manual' })
    const date = Date.parse(headers.get('date') ?? '')
    const receivedAt = now()
    const isJson = isObject(await textOf(body as AsyncIterable<Uint8Array>))
    return { status, date: Number.isNaN(date) ? undefined : date, receivedAt, isJson }
  }
  const common = { authority, ...(proxy === undefined ? {} : { proxy }) }
  try {
    const answer = await ask('common')
    const hasTenant = async (tenant: string): Promise<boolean> => {
      const { status, isJson } = await ask(tenant)
      return status === 200 && isJson
    }
    return { ...common, answer, hasTenant }
  } catch (error) {
    if (signal.aborted) return { ...none, ...common, isLate: true }
    const failure = failureOf(error)
    const mayShow = proxy === undefined && /CERT|SIGNED|ISSUER|UNABLE_TO/.test(failure.code)
    const presented = mayShow ? await presentedBy(url, signal) : undefined
    return { ...none, ...common, failure, ...(presented === undefined ? {} : { presented }) }
  }
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    length += chunk.length
    if (length > longestBody) break
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function isObject(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object'
  } catch {
    return false
  }
}

/** The innermost error with a code: Node wraps those of several addresses. */
function failureOf(error: unknown): ConnectionFailure {
  let at = error as { code?: string; message: string; statusCode?: number; errors?: unknown[]; cause?: unknown }
  for (let depth = 0; depth < 5 && at.code === undefined; depth++) {
    const inner = at.errors?.[0] ?? at.cause
    if (!(inner instanceof Error)) break
    at = inner
  }
  const { code = '', message, statusCode } = at
  return { code, message, ...(statusCode === undefined ? {} : { statusCode }) }
}

/** Looks at the certificate of a server that is not trusted: nothing is sent to it. */
function presentedBy(url: URL, signal: AbortSignal): Promise<Reach['presented']> {
  return new Promise((resolve) => {
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const name = isIP(host) === 0 ? { servername: host } : {}
    const socket = connect({ ...name, host, port: Number(url.port || 443), rejectUnauthorized: false })
    const end = (value: Reach['presented']): void => {
      socket.destroy()
      resolve(value)
    }
    signal.addEventListener('abort', () => end(undefined), { once: true })
    socket.once('error', () => end(undefined))
    socket.once('secureConnect', () => {
      const { subject, issuer, valid_from: validFrom, valid_to: validTo } = socket.getPeerCertificate()
      end({ subject: nameIn(subject), issuer: nameIn(issuer), validFrom, validTo })
    })
  })
}

function nameIn(name: PeerCertificate['subject'] | undefined): string {
  const text = [name?.CN ?? name?.O ?? name?.OU ?? 'somebody without a name'].flat().join(', ')
  // A certificate that nobody vouches for may hold what moves a terminal’s cursor.
  return text.replace(/\p{Cc}/gu, '?').slice(0, 100)
}
