import { ConfidentialClientApplication, type INetworkModule } from '@azure/msal-node'
import { expect } from 'vitest'
import type { Emulator } from '../src/index.ts'
import { clientId, secret, tenantId } from './contoso.ts'

/** A POST to the token endpoint as MSAL wrote it. */
export interface RecordedRequest {
  url: URL
  headers: Headers
  form: URLSearchParams
}

export interface MsalClient {
  acquire(scope?: string): Promise<{ accessToken: string } | null>
  /** The last POST. */
  recorded(): RecordedRequest
}

/** MSAL's confidential client, its network the emulator's `fetch`. `edit` alters each POST on its way. */
export function msalClient(emulator: Emulator, edit: (request: RecordedRequest) => void = () => undefined): MsalClient {
  let last: RecordedRequest | undefined
  const networkClient = {
    sendGetRequestAsync: async (url: string) => read(await emulator.fetch(url)),
    sendPostRequestAsync: async (url: string, options?: { headers?: Record<string, string>; body?: string }) => {
      last = { url: new URL(url), headers: new Headers(options?.headers), form: new URLSearchParams(options?.body) }
      edit(last)
      return read(await replay(emulator, last))
    },
  } as INetworkModule
  const app = new ConfidentialClientApplication({
    auth: {
      clientId,
      clientSecret: secret,
      authority: `${emulator.url}/${tenantId}`,
      knownAuthorities: [new URL(emulator.url).host],
    },
    system: { networkClient },
  })
  return {
    acquire: (scope = 'https://storage.azure.com/.default') =>
      app.acquireTokenByClientCredential({ scopes: [scope], skipCache: true }),
    recorded: () => {
      if (last === undefined) throw new Error('MSAL has not sent a POST yet.')
      return last
    },
  }
}

/** Sends a recorded request again. */
export function replay(emulator: Emulator, { url, headers, form }: RecordedRequest): Promise<Response> {
  return emulator.fetch(url, { method: 'POST', headers, body: form.toString() })
}

/** The POST with which MSAL got a token, ready to be altered. */
export async function goodRequest(emulator: Emulator): Promise<RecordedRequest> {
  const client = msalClient(emulator)
  const result = await client.acquire()
  expect(result?.accessToken).toBeDefined()
  return client.recorded()
}

async function read(response: Response): Promise<{ headers: Record<string, string>; body: unknown; status: number }> {
  return { headers: Object.fromEntries(response.headers), body: await response.json(), status: response.status }
}
