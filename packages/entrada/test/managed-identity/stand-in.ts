import { ManagedIdentityCredential, type ManagedIdentityCredentialOptions } from 'entrada'
import type { Transport, TransportInit } from '../../src/http/transport.ts'
import type { Files } from '../../src/runtime/files/files.ts'

export const start = Date.UTC(2026, 0, 1)
export const resource = 'https://storage.azure.com'
export const clientId = '0a0a0a0a-0000-4000-8000-00000000000a'
export const objectId = '0b0b0b0b-0000-4000-8000-00000000000b'
export const resourceId =
  '/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/reader'

/** Secrets that a scan of every output can find. */
export const header = 'RecognisableHeader/0123+='
const thumbprint = '0123456789abcdef0123456789ABCDEF01234567'

/** The variables of each kind of host, as its platform sets them. */
export const variables = {
  imds: {},
  'app-service': { IDENTITY_ENDPOINT: 'http://127.0.0.1:41000/msi/token', IDENTITY_HEADER: header },
  'service-fabric': {
    IDENTITY_ENDPOINT: 'https://localhost:2377/metadata/identity/oauth2/token',
    IDENTITY_HEADER: header,
    IDENTITY_SERVER_THUMBPRINT: thumbprint,
  },
  'azure-arc': {
    IDENTITY_ENDPOINT: 'http://localhost:40342/metadata/identity/oauth2/token',
    IMDS_ENDPOINT: 'http://localhost:40342',
  },
  'machine-learning': { MSI_ENDPOINT: 'http://10.0.0.4:46808/MSI/auth', MSI_SECRET: header },
  'cloud-shell': { MSI_ENDPOINT: 'http://localhost:50342/oauth2/token' },
} as const satisfies Record<string, Record<string, string>>

export type Kind = keyof typeof variables

/** A request as it was sent; headers that every request has are left out. */
export interface Sent {
  method: string
  url: string
  headers: Record<string, string>
  body?: string
}

export interface Reply {
  status?: number
  headers?: Record<string, string>
  /** An object is sent as JSON. */
  body?: unknown
}

/** What a host answers with a token. */
export function tokenBody(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    access_token: 'the-token',
    expires_in: '86400',
    expires_on: String(start / 1000 + 86_400),
    resource,
    token_type: 'Bearer',
    ...more,
  }
}

export interface StandIn {
  fetch: Transport
  sent: Sent[]
}

/** A transport that answers as it is told: each reply once and the last one for ever, or what a function makes of a request. */
export function standIn(...replies: readonly (Reply | ((sent: Sent) => Reply | Promise<Reply>))[]): StandIn {
  const sent: Sent[] = []
  return {
    sent,
    fetch: async (url, init) => {
      const request = sentOf(url, init)
      const reply = replies[Math.min(sent.push(request), replies.length) - 1] ?? { body: tokenBody() }
      const { status = 200, headers = {}, body = '' } = typeof reply === 'function' ? await reply(request) : reply
      return {
        status,
        headers: new Headers(headers),
        text: async () => (typeof body === 'string' ? body : JSON.stringify(body)),
      }
    },
  }
}

function sentOf(url: string, { method, headers, body }: TransportInit): Sent {
  const { 'User-Agent': _, 'x-ms-client-request-id': __, ...rest } = headers
  return { method, url, headers: rest, ...(body !== undefined && { body }) }
}

/** No file is there, but those that a test puts in. */
export function fakeFiles(contents: Record<string, string> = {}): Files & { asked: string[] } {
  const asked: string[] = []
  const read = async (path: string): Promise<Uint8Array> => {
    asked.push(path)
    const content = contents[path]
    if (content === undefined) throw Object.assign(new Error(`no such file: ${path}`), { code: 'ENOENT' })
    return new TextEncoder().encode(content)
  }
  return { asked, read, readGuarded: read, stamp: async (path) => String(await read(path)) }
}

/** A credential in a world of its own: no file is there, no time passes, and nobody sleeps. */
export function create(
  env: Record<string, string>,
  options: ManagedIdentityCredentialOptions = {},
): ManagedIdentityCredential {
  const host = {
    env,
    now: () => start,
    sleep: async () => undefined,
    files: fakeFiles(),
    platform: 'linux',
    ...options.host,
  }
  return new ManagedIdentityCredential({ ...options, host })
}
