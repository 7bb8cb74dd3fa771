import { ConfidentialClientApplication, type INetworkModule, type NodeAuthOptions } from '@azure/msal-node'
import { expect } from 'vitest'
import type { Emulator } from '../src/index.ts'
import type { ClientCertificate } from './client-certificate.ts'
import { clientId, tenantId } from './contoso.ts'
import { requestToken } from './token-request.ts'

/** MSAL's confidential client, its network the emulator's `fetch`. */
export function msalApp(emulator: Emulator, auth: Partial<NodeAuthOptions>): ConfidentialClientApplication {
  const read = async (response: Response) => ({
    headers: Object.fromEntries(response.headers),
    body: await response.json(),
    status: response.status,
  })
  const networkClient = {
    sendGetRequestAsync: async (url: string) => read(await emulator.fetch(url)),
    sendPostRequestAsync: async (url: string, options?: { headers?: Record<string, string>; body?: string }) =>
      read(await emulator.fetch(url, { method: 'POST', headers: options?.headers ?? {}, body: options?.body ?? '' })),
  } as INetworkModule
  const authority = { authority: `${emulator.url}/${tenantId}`, knownAuthorities: [new URL(emulator.url).host] }
  return new ConfidentialClientApplication({ auth: { clientId, ...authority, ...auth }, system: { networkClient } })
}

export type MsalCertificate = NonNullable<NodeAuthOptions['clientCertificate']>

export const certified = ({ privateKey, sha256 }: ClientCertificate): MsalCertificate => ({
  thumbprintSha256: sha256,
  privateKey,
})

export const scopes: string[] = ['https://storage.azure.com/.default']

/** The assertion with which MSAL just got a token. */
export async function goodAssertion(emulator: Emulator, certificate: ClientCertificate): Promise<string> {
  const app = msalApp(emulator, { clientCertificate: certified(certificate) })
  expect((await app.acquireTokenByClientCredential({ scopes }))?.accessToken).toBeDefined()
  return emulator.requests.at(-1)?.form.client_assertion ?? ''
}

export interface AssertionForm {
  client_secret: undefined
  client_assertion: string
  client_assertion_type: string
  [field: string]: string | undefined
}

/** The fields of a token request that show an assertion in the place of a secret. */
export function assertionForm(assertion: string): AssertionForm {
  const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
  return { client_secret: undefined, client_assertion: assertion, client_assertion_type: type }
}

/** A token request that is right if the assertion is. */
export function present(emulator: Emulator, assertion: string): Promise<Response> {
  return requestToken(emulator, assertionForm(assertion))
}
