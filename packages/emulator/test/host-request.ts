import { readFile } from 'node:fs/promises'
import type { ManagedIdentityHost } from '../src/index.ts'

/** Asked for where a test minds no other. */
export const resource = 'https://storage.azure.com'

/** What a host answered. */
export interface HostAnswer {
  status: number
  body: Record<string, unknown>
  headers: Headers
}

/** A `GET` over a socket, as a client of the host would make it. */
export async function ask(
  address: string,
  query: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>>,
): Promise<HostAnswer> {
  return answered(await fetch(`${address}?${new URLSearchParams(query)}`, { headers }))
}

export async function answered(response: Response): Promise<HostAnswer> {
  return { status: response.status, body: (await response.json()) as HostAnswer['body'], headers: response.headers }
}

export function askImds(host: ManagedIdentityHost, query: Readonly<Record<string, string>> = {}): Promise<HostAnswer> {
  return ask(host.url, { 'api-version': '2018-02-01', resource, ...query }, { metadata: 'true' })
}

export function askAppService(
  { env }: ManagedIdentityHost,
  query: Readonly<Record<string, string>> = {},
): Promise<HostAnswer> {
  const { IDENTITY_ENDPOINT = '', IDENTITY_HEADER = '' } = env
  const headers = { 'x-identity-header': IDENTITY_HEADER }
  return ask(IDENTITY_ENDPOINT, { 'api-version': '2019-08-01', resource, ...query }, headers)
}

export async function askArc(
  { url }: ManagedIdentityHost,
  query: Readonly<Record<string, string>> = {},
): Promise<HostAnswer & { keyFile: string }> {
  const asked = { 'api-version': '2020-06-01', resource, ...query }
  const challenge = await ask(url, asked, { metadata: 'true' })
  const [, keyFile = ''] = /^Basic realm=(.+)$/.exec(challenge.headers.get('www-authenticate') ?? '') ?? []
  if (keyFile === '') return { ...challenge, keyFile }
  const key = await readFile(keyFile, 'utf8')
  return { ...(await ask(url, asked, { metadata: 'true', authorization: `Basic ${key}` })), keyFile }
}
