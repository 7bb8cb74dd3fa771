import { readFile } from 'node:fs/promises'
import {
  AzureCliCredential,
  AzureDeveloperCliCredential,
  AzurePowerShellCredential,
  ChainedTokenCredential,
  ClientSecretCredential,
  DefaultAzureCredential,
  DeviceCodeCredential,
  deserializeAuthenticationRecord,
  EnvironmentCredential,
  InteractiveBrowserCredential,
  type InteractiveBrowserCredentialNodeOptions,
  ManagedIdentityCredential,
  managedIdentityAssertion,
  SharedTokenCacheCredential,
  VisualStudioCodeCredential,
} from 'entrada'
import { expect, test } from 'vitest'
import type { Ended } from '../src/runtime/process/program.ts'
import { imagine } from './developer-tools/machine.ts'
import { messagesInSource, type SourceMessage } from './messages-in-source.ts'
import { Tab } from './page/browser.ts'
import { parametersOf, post } from './sign-in/person.ts'
import { withoutMachine } from './without-machine.ts'
import { failure } from './world.ts'

const page = await readFile(new URL('../../../docs/troubleshooting.md', import.meta.url), 'utf8')
const headings = [...page.matchAll(/^### (.+)$/gm)].map(([, heading = '']) => heading)

/** The messages that these tests have provoked. Each of them has a heading. */
const provoked: string[] = []

/** Expects a heading under which a reader finds the message of an error. */
async function expectHeading(provoke: () => unknown): Promise<void> {
  const { message } = await failure((async () => provoke())())
  expect(headingIn(message), message).toBeDefined()
  provoked.push(message)
}

function headingIn(text: string): string | undefined {
  return headings.find((heading) => text.includes(heading))
}

test('every AADSTS code that has a remedy has a heading', async () => {
  const source = await readFile(new URL('../src/oauth/remedies.ts', import.meta.url), 'utf8')
  const codes = [...source.matchAll(/^ {2}(\d+):/gm)].map(([, code]) => `AADSTS${code}`)
  expect(codes.length).toBeGreaterThan(5)
  expect(codes.filter((code) => !headings.includes(code))).toEqual([])
})

const env = {}
const app = { AZURE_CLIENT_ID: 'client', AZURE_CLIENT_SECRET: 'secret' }
const inPage = (parts: Partial<Tab> = {}): Tab => Object.assign(new Tab('https://app.example/'), parts)
const unasked = (): Tab => new Tab(`https://app.example/#code=x&state=entrada-redirect.${'A'.repeat(43)}`)
const nothingKept = (): never => {
  throw new Error('no storage')
}
const signedOutIn = (
  page: Tab,
  loginStyle?: 'popup' | 'redirect',
  redirectUri?: string,
): InteractiveBrowserCredential =>
  new InteractiveBrowserCredential({
    ...{ clientId: 'client', host: { env, page } },
    ...(loginStyle === undefined ? {} : { loginStyle }),
    ...(redirectUri === undefined ? {} : { redirectUri }),
  })
const proof = { nonce: 'nonce', resourceRequestMethod: 'GET', resourceRequestUrl: 'https://resource.example/' } as const
const secret = (options?: object): ClientSecretCredential =>
  new ClientSecretCredential('tenant', 'client', 'secret', { host: { env }, ...options })

test.each<[string, () => unknown]>([
  ['nothing set', () => new DefaultAzureCredential({ ...withoutMachine, host: { env } }).getToken('scope')],
  ['environment', () => new EnvironmentCredential({ host: { env } }).getToken('scope')],
  ['a variable', () => new EnvironmentCredential({ host: { env: { ...app, AZURE_TENANT_ID: 'a/b' } } })],
  ['missing argument', () => new ClientSecretCredential('', 'client', 'secret')],
  ['a tool in a page', () => new AzureCliCredential({ host: { env, page: inPage() } }).getToken('scope')],
  ['a window that is blocked', () => signedOutIn(inPage({ blocksWindows: true })).getToken('scope')],
  ['a page that keeps nothing', () => signedOutIn(inPage({ storage: nothingKept }), 'redirect').getToken('scope')],
  ['an answer that nobody asked for', () => signedOutIn(unasked()).getToken('scope')],
  ['a page elsewhere', () => signedOutIn(inPage(), 'popup', 'https://evil.example/')],
  ['a style of sign-in', () => signedOutIn(inPage(), 'frame' as 'popup')],
  ['white space', () => new ClientSecretCredential('tenant', 'client', 'secret\n')],
  ['other tenant', () => secret().getToken('scope', { tenantId: 'other' })],
  ['a proof of possession', () => secret().getToken('scope', { proofOfPossessionOptions: proof })],
  ['a passphrase', () => secret({ tlsOptions: { pfx: 'text' } }).getToken('scope')],
  ['null from a member', () => new ChainedTokenCredential({ getToken: async () => null }).getToken('scope')],
  ['no scope', () => secret().getToken([])],
  ['bad tenant', () => secret().getToken('scope', { tenantId: 'a/b' })],
  ['http', () => secret({ authorityHost: 'http://login.example' })],
  ['path', () => secret({ authorityHost: 'https://login.microsoftonline.com/x' })],
  ['claims', () => secret().getToken('scope', { claims: '?' })],
  ['AZURE_TOKEN_CREDENTIALS', () => new DefaultAzureCredential({ host: { env: { AZURE_TOKEN_CREDENTIALS: 'x' } } })],
  [
    'all excluded',
    () =>
      new DefaultAzureCredential({
        host: { env },
        ...withoutMachine,
        excludeEnvironmentCredential: true,
        excludeWorkloadIdentityCredential: true,
      }),
  ],
  ['required', () => new DefaultAzureCredential({ host: { env }, requiredEnvVars: 'AZURE_CLIENT_ID' })],
  ['shared cache', () => new SharedTokenCacheCredential({ host: { env } }).getToken('scope')],
  ['a folder as cache', () => new SharedTokenCacheCredential({ cachePath: '/' }).getToken('scope')],
  ['Visual Studio Code', () => new VisualStudioCodeCredential({ host: { env } }).getToken('scope')],
  ['Visual Studio Code and AD FS', () => new VisualStudioCodeCredential({ tenantId: 'adfs' })],
  ['empty chain', () => new ChainedTokenCredential()],
  ['aborted', () => secret().getToken('scope', { abortSignal: AbortSignal.abort() })],
  ['not JSON', () => secret({ fetch: answer(200, '<html>') }).getToken('scope')],
  ['redirect', () => secret({ fetch: answer(302, '') }).getToken('scope')],
  ['no connection', () => secret({ fetch: refuse, retryOptions: { maxRetries: 0 } }).getToken('scope')],
  [
    'closed',
    async () => {
      const credential = secret()
      await credential.close()
      await credential.getToken('scope')
    },
  ],
])('a reader finds the error of: %s', (_, provoke) => expectHeading(provoke))

/** A sign-in whose person, browser or authority is a function. */
function person(options: InteractiveBrowserCredentialNodeOptions): Promise<unknown> {
  return new InteractiveBrowserCredential({ host: { env }, openBrowser: () => undefined, ...options }).getToken('scope')
}

/** The same, with an answer that carries the state. */
function answered(fields: Record<string, string>): Promise<unknown> {
  return person({
    openBrowser: (url) => post(url, { state: parametersOf(url).state ?? '', ...fields }),
    fetch: answer(200, '{"access_token":"t","expires_in":3600}'),
  })
}

/** A device's sign-in, with what the authority answers: to its beginning, then to its polls. */
function device(...answers: string[]): Promise<unknown> {
  const fetch = () => {
    const body = answers.shift() ?? ''
    return answer(body.startsWith('{"error') ? 400 : 200, body)()
  }
  const host = { env, sleep: async () => undefined }
  return new DeviceCodeCredential({ host, userPromptCallback: () => undefined, fetch }).getToken('scope')
}

const begun = '{"device_code":"d","user_code":"u","verification_uri":"https://login.example"}'

test.each<[string, () => unknown]>([
  ['no browser', () => person({ openBrowser: () => Promise.reject(new Error('none')) })],
  ['nobody', () => person({ timeoutInMs: 1 })],
  ['a port of root’s, or taken', () => person({ redirectUri: 'http://localhost:1', host: { env, listen: occupied } })],
  ['no loopback', () => new InteractiveBrowserCredential({ redirectUri: 'https://app.example' })],
  ['no code', () => answered({})],
  ['no id token', () => answered({ code: 'c' })],
  ['disabled', () => person({ disableAutomaticAuthentication: true })],
  ['no device code', () => device('{}')],
  ['expired', () => device(begun, '{"error":"expired_token"}')],
  ['declined', () => device(begun, '{"error":"authorization_declined"}')],
  ['no record', () => deserializeAuthenticationRecord('{}')],
  ['no JSON', () => deserializeAuthenticationRecord('')],
  ['a record of tomorrow', () => deserializeAuthenticationRecord('{"version":"2.0"}')],
])('a reader finds the error of a person’s sign-in: %s', (_, provoke) => expectHeading(provoke))

function occupied(): never {
  throw Object.assign(new Error('taken'), { code: 'EADDRINUSE' })
}

const signedOut = "ERROR: Please run 'az login' to setup account."
const again = 'ERROR: AADSTS50076: multi-factor authentication'

/** Asks a credential whose tool ends like this. */
async function ask(
  Credential: typeof AzureCliCredential | typeof AzureDeveloperCliCredential | typeof AzurePowerShellCredential,
  ended: Partial<Ended>,
  call: { scopes?: string[]; claims?: string } = {},
): Promise<unknown> {
  const machine = imagine(() => ended)
  const { scopes = ['scope'], ...options } = call
  return new Credential(machine.options).getToken(scopes, options)
}

function without(
  Credential: typeof AzureCliCredential | typeof AzureDeveloperCliCredential | typeof AzurePowerShellCredential,
  platform = 'linux',
): Promise<unknown> {
  const machine = imagine(() => ({}), { platform, env: { SystemRoot: '' } })
  if (platform === 'linux') machine.files.clear()
  return new Credential(machine.options).getToken('scope')
}

test.each<[string, () => unknown]>([
  ['no az', () => without(AzureCliCredential)],
  ['no azd', () => without(AzureDeveloperCliCredential)],
  ['no pwsh', () => without(AzurePowerShellCredential)],
  ['no folder', () => without(AzureCliCredential, 'win32')],
  ['signed out', () => ask(AzureCliCredential, { code: 1, stderr: signedOut })],
  ['another factor', () => ask(AzurePowerShellCredential, { code: 1, stderr: again })],
  ['claims', () => ask(AzureCliCredential, {}, { claims: '{}' })],
  [
    'claims and an old azd',
    () => ask(AzureDeveloperCliCredential, { code: 1, stderr: 'unknown flag: --claims' }, { claims: '{}' }),
  ],
  ['too slow', () => ask(AzureCliCredential, { stopped: 'time-out' })],
  ['too much', () => ask(AzureCliCredential, { stopped: 'too-much-output' })],
  ['silent', () => ask(AzureCliCredential, { code: 3 })],
  ['two scopes', () => ask(AzureCliCredential, {}, { scopes: ['a', 'b'] })],
  ['a scope that is an option', () => ask(AzureCliCredential, {}, { scopes: ['--debug'] })],
  ['no module', () => ask(AzurePowerShellCredential, { stdout: 'NO_AZ_ACCOUNT_MODULE' })],
  ['a policy', () => ask(AzurePowerShellCredential, { code: 1, stderr: 'AuthorizationManager check failed' })],
  ['no answer of az', () => ask(AzureCliCredential, {})],
  ['no answer of azd', () => ask(AzureDeveloperCliCredential, {})],
  ['no answer of pwsh', () => ask(AzurePowerShellCredential, {})],
  ['no time of az', () => ask(AzureCliCredential, { stdout: '{"accessToken":"t"}' })],
  ['no time of azd', () => ask(AzureDeveloperCliCredential, { stdout: '{"token":"t"}' })],
  ['a token of yesterday', () => ask(AzureCliCredential, { stdout: '{"accessToken":"t","expires_on":1}' })],
  ['a subscription', () => new AzureCliCredential({ subscription: '--debug' })],
  ['a time-out', () => new AzureCliCredential({ processTimeoutInMs: -1 })],
  ['cache', () => new AzureCliCredential({ cache: 'no' as never })],
])('a reader finds the error of a developer tool: %s', (_, provoke) => expectHeading(provoke))

const managed = (env: Record<string, string>, options: object = {}): ManagedIdentityCredential =>
  new ManagedIdentityCredential({ host: { env, platform: 'linux' }, retryOptions: { maxRetries: 0 }, ...options })
const appService = { IDENTITY_ENDPOINT: 'http://127.0.0.1:1/token', IDENTITY_HEADER: 'header' }
const cluster = { ...appService, IDENTITY_ENDPOINT: 'https://127.0.0.1:1/token', IDENTITY_SERVER_THUMBPRINT: 'x' }
const imds = { AZURE_POD_IDENTITY_AUTHORITY_HOST: 'http://127.0.0.1:1' }
const token = (more: object): string => JSON.stringify({ access_token: 'token', expires_in: 60, ...more })

test.each<[string, () => unknown]>([
  ['nobody there', () => managed(imds, { fetch: refuse }).getToken('scope')],
  ['a host that is down', () => managed(appService, { fetch: refuse }).getToken('scope')],
  ['no such identity', () => managed(imds, { fetch: answer(400, '{}') }).getToken('scope')],
  ['another server', () => managed(imds, { fetch: answer(200, '<html>') }).getToken('scope')],
  ['a page of another server', () => managed(imds, { fetch: answer(404, '<html>') }).getToken('scope')],
  ['Docker Desktop', () => managed(imds, { fetch: answer(403, 'unreachable') }).getToken('scope')],
  ['a refusal', () => managed(appService, { fetch: answer(500, '{}') }).getToken('scope')],
  ['no token', () => managed(appService, { fetch: answer(200, '{}') }).getToken('scope')],
  [
    'another identity',
    () => managed(appService, { clientId: 'a', fetch: answer(200, token({ client_id: 'b' })) }).getToken('scope'),
  ],
  [
    'another resource',
    () => managed(appService, { fetch: answer(200, token({ resource: 'other' })) }).getToken('scope'),
  ],
  ['a host of one identity', () => managed(cluster, { clientId: 'a' })],
  ['half a host', () => managed({ IDENTITY_ENDPOINT: 'x' }).getToken('scope')],
  ['a bad endpoint', () => managed({ ...appService, IDENTITY_ENDPOINT: 'x' }).getToken('scope')],
  ['a bad header', () => managed({ ...appService, IDENTITY_HEADER: '\n' }).getToken('scope')],
  ['a bad thumbprint', () => managed(cluster).getToken('scope')],
  ['a bad old endpoint', () => managed({ MSI_ENDPOINT: 'x' }).getToken('scope')],
  ['a bad old secret', () => managed({ MSI_ENDPOINT: 'http://127.0.0.1:1', MSI_SECRET: '\n' }).getToken('scope')],
  ['a bad address of IMDS', () => managed({ AZURE_POD_IDENTITY_AUTHORITY_HOST: 'x' }).getToken('scope')],
  ['several scopes', () => managed(appService).getToken(['a', 'b'])],
  ['two ids', () => managed(appService, { clientId: 'a', objectId: 'b' })],
  ['an id that is none', () => managed(appService, { clientId: 5 })],
  [
    'a challenge for another file',
    () =>
      managed({ IDENTITY_ENDPOINT: 'http://127.0.0.1:1', IMDS_ENDPOINT: 'x' }, { fetch: answer(401, '') }).getToken(
        's',
      ),
  ],
  ['an assertion of nothing', () => managedIdentityAssertion(undefined as never)],
])('a reader finds the error of a managed identity: %s', (_, provoke) => expectHeading(provoke))

function answer(status: number, body: string) {
  return () => ({ status, headers: { get: () => null }, text: async () => body })
}

function refuse(): never {
  throw Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' })
}

/** Where reasons are words in the middle of another message, and the heading of that message. */
const parts: [where: string, heading: string][] = [
  ['entrada/src/cache/flights.ts', 'the caller aborted'],
  ['entrada/src/cache/store-access.ts', 'goes on without the token store'],
  ['entrada/src/certificates/', 'Export it again'],
  ['entrada/src/config/', 'is not known. Known:'],
  ['entrada/src/federation/token-proxy.ts', 'the certificate authority of the token proxy cannot be read'],
  ['entrada/src/http/exchange.ts', 'gave no usable answer'],
  ['entrada/src/http/', 'could not be reached'],
  ['entrada/src/managed-identity/arc-key.ts', 'returned no token:'],
  ['entrada/src/msal/', 'cannot be read:'],
  ['entrada/src/oauth/token-life.ts', 'returned no token'],
  ['entrada/src/oauth/token-response.ts', 'returned no token'],
  ['entrada/src/runtime/files/', 'goes on without the token store'],
  ['entrada/src/runtime/loopback-server.ts', 'cannot listen on'],
  ['entrada/src/runtime/process/', 'cannot be started'],
  // What the browser shows after the sign-in.
  ['entrada/src/sign-in/callback-request.ts', 'rejected the sign-in response'],
  ['entrada/src/sign-in/loopback.ts', 'rejected the sign-in response'],
  ['entrada/src/sign-in/id-token.ts', 'returned an ID token that failed validation'],
  ['entrada/src/sign-in/start-browser.ts', 'no browser can be opened here'],
  ['entrada/src/user/ask-in-browser.ts', 'no browser can be opened here'],
  ['entrada/src/stores/', 'goes on without the token store'],
  ['keyring/src/stored-text.ts', '@entrada/keyring cannot open'],
  ['redis/src/', 'redisTokenStore'],
]

test('every message that the source can compose has a heading, or is provoked above', () => {
  const messages = messagesInSource(['entrada', 'keyring', 'redis'])
  expect(messages.length).toBeGreaterThan(300)
  const isFound = ({ place, isWhole, texts, frames }: SourceMessage): boolean =>
    texts.every((text) => headingIn(text) !== undefined || isProvoked(text)) ||
    frames.some((frame) => frame.isWhole && isFound(frame)) ||
    (!isWhole && parts.some(([where, heading]) => place.startsWith(where) && headings.includes(heading)))
  const unfound = messages.filter((message) => !isFound(message))
  expect(unfound.map(({ place, texts }) => `${place}: ${texts.join(' | ')}`)).toEqual([])
}, 120_000)

/** Whether a message that a test above provoked is this text, with something in the gaps. */
function isProvoked(text: string): boolean {
  const pieces = text.split('…').map((piece) => piece.trim())
  return provoked.some((message) => {
    let at = 0
    return pieces.every((piece) => {
      const found = message.indexOf(piece, at)
      at = found + piece.length
      return found >= 0
    })
  })
}
