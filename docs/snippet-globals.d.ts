/** What snippets of the pages take as given, where it is not the point to say where it comes from. */
import type { Emulator, ManagedIdentityHost } from '@entrada/emulator'
import type { VerifiedToken } from '@entrada/verify'
import type { AuthenticationRecord, DefaultAzureCredential, GetTokenOptions } from 'entrada'
import type { TokenStore } from 'entrada/store'
import type { Hono } from 'hono'

declare global {
  const tenantId: string
  const clientId: string
  const clientSecret: string
  const secret: string
  const username: string
  const password: string
  const scopes: string | string[]
  const options: GetTokenOptions
  /** The access token with which a user called an API. */
  const userAssertionToken: string
  /** The code with which a browser came back. */
  const code: string
  const serviceConnectionId: string
  const systemAccessToken: string
  /** A URL of Azure Storage. */
  const url: string
  const credential: DefaultAzureCredential
  /** What an earlier sign-in left. */
  const authenticationRecord: AuthenticationRecord
  const button: { addEventListener(event: 'click', listener: () => Promise<void>): void }

  /** An API's request, its caller, and what it accepts. */
  const request: Request
  const caller: VerifiedToken
  const audience: string
  const tenants: string[]
  const app: Hono

  /** The emulator, and what belongs to it. */
  const emulator: Emulator
  const host: ManagedIdentityHost
  const arc: ManagedIdentityHost
  const user: string
  const pem: string
  const redirectUri: string
  const authorizeUrl: string
  const userCode: string

  /** Of the page on AADSTS codes. */
  const entra: Emulator
  const scope: string
  const emulated: { authorityHost: string; fetch: Emulator['fetch'] }

  const tokenOfYourPlatform: () => Promise<string>
  const openMyStore: () => TokenStore
  const test: (name: string, run: () => Promise<void>) => void
  const beforeAll: (run: () => Promise<void>) => void
  const beforeEach: (run: () => unknown) => void
  const afterAll: (run: () => Promise<void>) => void
}
