// A user's program, in TypeScript of any project: every package, and a token.
import { createServerCertificate, type Emulator, startEmulator } from '@entrada/emulator'
import { KeyringError } from '@entrada/keyring'
import { type RedisTokenStore, redisTokenStore } from '@entrada/redis'
import { type AccessTokensOptions, accessTokens, TokenRejected, type VerifiedToken } from '@entrada/verify'
import { withAccessToken } from '@entrada/verify/fetch'
import {
  type AccessToken,
  AuthenticationError,
  AuthenticationRequiredError,
  ClientSecretCredential,
  type ClientSecretCredentialOptions,
  CredentialUnavailableError,
  type TokenCredential,
} from 'entrada'
import { memoryTokenStore, type TokenStore } from 'entrada/store'

async function main(): Promise<void> {
  const emulator: Emulator = await startEmulator()
  const { AZURE_TENANT_ID = '', AZURE_CLIENT_ID = '', AZURE_CLIENT_SECRET = '' } = emulator.env()
  const tokenStore: TokenStore = memoryTokenStore()
  const options: ClientSecretCredentialOptions = {
    authorityHost: emulator.url,
    tlsOptions: { ca: emulator.ca.pem },
    tokenStore,
  }
  const credential = new ClientSecretCredential(AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET, options)
  const given: TokenCredential = credential
  const { token }: AccessToken = await credential.getToken('https://storage.azure.com/.default')
  const wrong = new ClientSecretCredential(AZURE_TENANT_ID, AZURE_CLIENT_ID, 'wrong', options)
  const status: number = await wrong.getToken('https://storage.azure.com/.default').then(() => 200, statusOf)
  const known = await verified(emulator, AZURE_TENANT_ID, AZURE_CLIENT_ID)
  await Promise.all([credential, wrong].map((each) => each[Symbol.asyncDispose]()))
  await emulator.close()
  const store: RedisTokenStore = redisTokenStore(async () => null, { keys: 'A'.repeat(43) })
  const parts = [createServerCertificate, KeyringError, store.get, given.getToken, known]
  const isWhole = parts.every((each) => each !== undefined)
  console.log(`token of ${token.split('.').length} parts, then ${status}${isWhole ? '' : ', but something is missing'}`)
}

/** A user's token verifies, and another does not. */
async function verified(emulator: Emulator, tenantId: string, audience: string): Promise<string | undefined> {
  const options: AccessTokensOptions = { audience, tenants: [tenantId], clouds: emulator }
  const verify = accessTokens(options)
  const user = { objectId: '00000000-0000-4000-8000-00000000ada0', username: 'ada@contoso.example' }
  const caller: VerifiedToken = await verify(await emulator.userToken({ user, app: 'demo' }))
  const handler = withAccessToken(verify, () => new Response('let in'))
  const { status } = await handler(new Request('https://api.example/'))
  const code: unknown = await verify('nonsense').catch((error: unknown) => error instanceof TokenRejected && error.code)
  return status === 401 && code === 'malformed' ? caller.username : undefined
}

function statusOf(error: unknown): number {
  if (error instanceof AuthenticationError) return error.statusCode
  if (error instanceof AuthenticationRequiredError) return error.scopes.length
  if (error instanceof CredentialUnavailableError) return error.reason?.length ?? 0
  throw error
}

void main()
