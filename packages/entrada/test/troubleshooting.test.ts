import { readFile } from 'node:fs/promises'
import { ChainedTokenCredential, ClientSecretCredential, DefaultAzureCredential, EnvironmentCredential } from 'entrada'
import { expect, test } from 'vitest'
import { withoutMachine } from './without-machine.ts'
import { failure } from './world.ts'

const page = await readFile(new URL('../../../docs/troubleshooting.md', import.meta.url), 'utf8')
const headings = [...page.matchAll(/^### (.+)$/gm)].map(([, heading = '']) => heading)

/** The heading under which a reader finds the message. */
function headingFor(message: string): string | undefined {
  return headings.find((heading) => message.includes(heading))
}

test('every AADSTS code that has a mend has a heading', async () => {
  const source = await readFile(new URL('../src/oauth/mends.ts', import.meta.url), 'utf8')
  const codes = [...source.matchAll(/^ {2}(\d+):/gm)].map(([, code]) => `AADSTS${code}`)
  expect(codes.length).toBeGreaterThan(5)
  expect(codes.filter((code) => !headings.includes(code))).toEqual([])
})

const env = {}
const secret = (options?: object): ClientSecretCredential =>
  new ClientSecretCredential('tenant', 'client', 'secret', { host: { env }, ...options })

test.each<[string, () => unknown]>([
  ['nothing set', () => new DefaultAzureCredential({ ...withoutMachine, host: { env } }).getToken('scope')],
  ['environment', () => new EnvironmentCredential({ host: { env } }).getToken('scope')],
  ['missing argument', () => new ClientSecretCredential('', 'client', 'secret')],
  ['white space', () => new ClientSecretCredential('tenant', 'client', 'secret\n')],
  ['other tenant', () => secret().getToken('scope', { tenantId: 'other' })],
  ['null from a member', () => new ChainedTokenCredential({ getToken: async () => null }).getToken('scope')],
  ['no scope', () => secret().getToken([])],
  ['bad tenant', () => secret().getToken('scope', { tenantId: 'a/b' })],
  ['http', () => secret({ authorityHost: 'http://login.example' })],
  ['path', () => secret({ authorityHost: 'https://login.example/tenant' })],
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
])('a reader finds the error of: %s', async (_, provoke) => {
  const { message } = await failure((async () => provoke())())
  expect(headingFor(message), message).toBeDefined()
})

function answer(status: number, body: string) {
  return () => ({ status, headers: { get: () => null }, text: async () => body })
}

function refuse(): never {
  throw Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' })
}
