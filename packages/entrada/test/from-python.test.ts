import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as entrada from 'entrada'
import { expect, test } from 'vitest'
import { codeIn, tablesOf } from '../../../testing/markdown.ts'
import { readDeclarations } from './declared-names.ts'
import { failure } from './world.ts'

const page = await readFile(new URL('../../../docs/from-python.md', import.meta.url), 'utf8')
const tables = tablesOf(page)
const constructorOf = readDeclarations()
const tenantId = '7e57ab1e-0000-4000-8000-000000000001'

/** The rows of the table under a heading. */
function rowsUnder(heading: string): string[][] {
  const rows = tables.find((table) => table.heading === heading)?.rows ?? []
  expect(rows, heading).not.toEqual([])
  return rows
}

test('every class, function and error that the page names is exported', () => {
  const named = [...page.matchAll(/\b[A-Z]\w*Credential\b/g), ...page.matchAll(/\bnew (\w+)\(/g)].map(
    ([all, name = all]) => name,
  )
  const errors = rowsUnder('Exceptions').flatMap(([, ours = '']) => codeIn(ours))
  const functions = rowsUnder('Classes and functions').flatMap(
    ([, ours = '']) => /^`(?!new)(\w+)[(.]/.exec(ours)?.[1] ?? [],
  )
  expect(functions).toContain('getBearerTokenProvider')
  const ofNode = ['Error', 'TypeError', 'Hono', 'BlobServiceClient', 'SecretClient']
  const known = [...Object.keys(entrada), ...ofNode]
  expect([...new Set([...named, ...errors, ...functions])].filter((name) => !known.includes(name))).toEqual([])
})

test('every credential has its row among the classes, but for that of GitHub, which Python lacks', () => {
  const exported = Object.keys(entrada).filter((name) => /^[A-Z]\w*Credential$/.test(name))
  const shown = rowsUnder('Classes and functions').map(([, ours = '']) => /new (\w+)/.exec(ours)?.[1])
  const absent = exported.filter((name) => !shown.includes(name))
  expect(absent).toEqual(['ClientCertificateCredential', 'GitHubActionsCredential'])
})

test('every constructor that the page shows takes these arguments, in this order', () => {
  const shown = rowsUnder('Classes and functions').flatMap(([, ours = '']) => [...ours.matchAll(/new (\w+)\((.*?)\)/g)])
  expect(shown.length).toBeGreaterThan(20)
  for (const [call, name = '', list = ''] of shown) {
    const { forms, names } = constructorOf(name)
    // What stands in braces is one argument.
    const given = list.replace(/\{.*?\}/g, '{}').split(/, /)
    const fits = forms.some((form) =>
      given.every((argument, place) => argument === '{}' || argument.replace(/\W/g, '') === (form[place] ?? '')),
    )
    expect(list === '' || fits, `${call}, and not ${forms.join(' or ')}`).toBe(true)
    const inBraces = [...list.matchAll(/\{(.*?)\}/g)].flatMap(([, inside = '']) => inside.match(/\w+/g) ?? [])
    expect(
      inBraces.filter((option) => !names.has(option)),
      call,
    ).toEqual([])
  }
})

test('every option that the page names is one of the class that it names', () => {
  const claims = [
    ...rowsUnder('Every credential').map(([, ours = '']) => ['ClientSecretCredential', ours] as const),
    ...rowsUnder('The default chain').map(([, ours = '', more = '']) => {
      const [besides = ''] = /^.*(?= besides\.$)/.exec(more) ?? []
      return ['DefaultAzureCredential', `${ours} ${besides}`] as const
    }),
    ...ofOneCredential(),
  ]
  expect(claims.length).toBeGreaterThan(60)
  const wrong = claims.flatMap(([name, ours]) => {
    const { names } = constructorOf(name)
    const notOptions = callOptions.get(name) ?? []
    return codeIn(ours)
      .filter((option) => !names.has(option) && !notOptions.includes(option))
      .map((option) => `${name}: ${option}`)
  })
  expect(wrong).toEqual([])
})

/** What a row names besides options: what a callback gets, and what is passed to a call. */
const callOptions = new Map([
  [
    'DeviceCodeCredential',
    [
      'verificationUri',
      'userCode',
      'message',
      'expiresOnTimestamp',
      'requestOptions.timeout',
      'abortSignal',
      'authenticate',
    ],
  ],
  ['CertificateCredential', ['aio']],
])

/** A row without a name in its first cell goes on about the credential above. */
function ofOneCredential(): (readonly [name: string, ours: string])[] {
  let name = ''
  return rowsUnder('One credential').map(([first = '', , ours = '']) => {
    name = codeIn(first)[0] ?? name
    return [name, ours] as const
  })
}

test('every variable that the page names is one that the source names', async () => {
  const source = fileURLToPath(new URL('../src', import.meta.url))
  const files = await readdir(source, { recursive: true })
  const texts = await Promise.all(
    files.filter((file) => file.endsWith('.ts')).map((file) => readFile(join(source, file), 'utf8')),
  )
  const read = texts.join('\n')
  const named = rowsUnder('Environment variables').flatMap(([, names = '']) =>
    codeIn(names).filter((name) => /^[A-Z_]{4,}$/.test(name)),
  )
  expect(named.length).toBeGreaterThan(25)
  // In quotes or as a property: a comment alone would not read it.
  expect(named.filter((name) => !new RegExp(`['.]${name}\\b`).test(read))).toEqual([])
})

test('the fields of a token are those that the page names', async () => {
  const body = JSON.stringify({ access_token: 'token', expires_in: 3600, refresh_in: 1800 })
  const fetch = async () => new Response(body)
  const credential = new entrada.ClientSecretCredential(tenantId, tenantId, 'secret', { fetch, host: { env: {} } })
  const [info, token] = [await credential.getTokenInfo('scope'), await credential.getToken('scope')]
  const fields = rowsUnder('Tokens').map(([, ...ours]) => ours.map((cell) => codeIn(cell)[0]))
  expect(new Set(fields.map(([name]) => name))).toEqual(new Set(Object.keys(info)))
  expect(new Set(fields.flatMap(([, name]) => name ?? []))).toEqual(new Set(Object.keys(token)))
  expect(info.expiresOn).toBe(Math.floor(token.expiresOnTimestamp / 1000))
})

test('errors have the classes that the page says', async () => {
  const { AuthenticationError, CredentialUnavailableError, AggregateAuthenticationError } = entrada
  const of = (options: object) =>
    new entrada.ClientSecretCredential(tenantId, tenantId, 'secret', { host: { env: {} }, ...options })
  const refused = async () => new Response('{"error":"invalid_client"}', { status: 401 })
  expect(await failure(of({ fetch: refused }).getToken('scope'))).toBeInstanceOf(AuthenticationError)
  const nobody = { fetch: () => Promise.reject(new Error('nobody')), retryOptions: { maxRetries: 0 } }
  const error = await failure(of(nobody).getToken('scope'))
  expect(error).toBeInstanceOf(AuthenticationError)
  expect(error).toMatchObject({ statusCode: 0, cause: { message: 'nobody' } })
  expect(await failure(of({}).getToken('scope', { tenantId: 'other' }))).toBeInstanceOf(CredentialUnavailableError)
  const env = { AZURE_TOKEN_CREDENTIALS: 'EnvironmentCredential' }
  const chain = await failure(new entrada.DefaultAzureCredential({ host: { env } }).getToken('scope'))
  expect(chain).toBeInstanceOf(AggregateAuthenticationError)
  expect(chain).toBeInstanceOf(CredentialUnavailableError)
  expect(() => new entrada.ClientSecretCredential('a/b', tenantId, 'secret')).toThrow(TypeError)
  expect(() => new entrada.ClientSecretCredential(tenantId, tenantId, '')).toThrow(CredentialUnavailableError)
  expect(await failure(of({}).getToken('scope', { abortSignal: AbortSignal.abort() }))).toMatchObject({
    name: 'AbortError',
  })
  const silent = { fetch: () => new Promise<never>(() => undefined) }
  expect(await failure(of(silent).getToken('scope', { requestOptions: { timeout: 1 } }))).toMatchObject({
    name: 'TimeoutError',
  })
  expect(
    () => new entrada.AzurePipelinesCredential(tenantId, tenantId, 'connection', 'token', { host: { env: {} } }),
  ).toThrow(CredentialUnavailableError)
})

test('an empty managedIdentityClientId is the identity of the host itself, whatever AZURE_CLIENT_ID says', async () => {
  const asked: string[] = []
  const fetch = async (url: string) => {
    asked.push(url)
    return new Response(JSON.stringify({ access_token: 'token', expires_in: 3600, resource: 'scope' }))
  }
  const env = {
    AZURE_TOKEN_CREDENTIALS: 'ManagedIdentityCredential',
    AZURE_CLIENT_ID: tenantId,
    IDENTITY_ENDPOINT: 'http://127.0.0.1:1/token',
    IDENTITY_HEADER: 'header',
  }
  for (const options of [{}, { managedIdentityClientId: '' }]) {
    await new entrada.DefaultAzureCredential({ fetch, host: { env }, ...options }).getToken('scope')
  }
  expect(asked.map((url) => new URL(url).searchParams.get('client_id'))).toEqual([tenantId, null])
})

test('the links within the page lead to its headings', () => {
  const slugs = [...page.matchAll(/^##+ (.+)$/gm)].map(([, heading = '']) => {
    return heading
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-')
  })
  const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, slug = '']) => slug)
  expect(links.length).toBeGreaterThan(15)
  expect(links.filter((link) => !slugs.includes(link))).toEqual([])
})

test('the README and the guide for users of @azure/identity lead to the page', async () => {
  const readme = await readFile(new URL('../../../README.md', import.meta.url), 'utf8')
  const guide = await readFile(new URL('../../../docs/migrating.md', import.meta.url), 'utf8')
  expect(readme.includes('(docs/from-python.md)')).toBe(true)
  expect(guide.includes('(from-python.md)')).toBe(true)
})
