import {
  CertificateCredential,
  ClientAssertionCredential,
  ClientSecretCredential,
  type EntradaEvent,
  type Transport,
} from 'entrada'
import { decodeJwt } from 'jose'
import { expect, test } from 'vitest'
import { makeCertificate } from '../certificates/make-certificate.ts'
import { failure, scope } from '../world.ts'

/** Answers every token request, and what `answers` has for other hosts; notes whom was asked. */
function network(answers: (url: URL) => { status: number; text: string } | Error | undefined = () => undefined) {
  const asked: string[] = []
  const transport: Transport = (address) => {
    const url = new URL(address)
    asked.push(url.host)
    const token = JSON.stringify({ access_token: `token-${asked.length}`, expires_in: 3600, token_type: 'Bearer' })
    const answer = answers(url) ?? { status: 200, text: token }
    if (answer instanceof Error) throw answer
    return { status: answer.status, headers: { get: () => undefined }, text: async () => answer.text }
  }
  return { asked, transport }
}

const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })

function create(env: Record<string, string>, fetch: Transport, events: EntradaEvent[] = [], authorityHost?: string) {
  const options = {
    fetch,
    host: { env },
    retryOptions: { maxRetries: 0 },
    onEvent: (event: EntradaEvent) => events.push(event),
  }
  return new ClientSecretCredential('tenant', 'client', 'secret', {
    ...options,
    ...(authorityHost ? { authorityHost } : {}),
  })
}

test.each([
  ['westus2', undefined, 'westus2.login.microsoft.com'],
  ['West US 2', undefined, 'westus2.login.microsoft.com'],
  ['usgovvirginia', 'https://login.microsoftonline.us', 'usgovvirginia.login.microsoftonline.us'],
  ['chinanorth3', 'https://login.chinacloudapi.cn', 'chinanorth3.login.chinacloudapi.cn'],
])('AZURE_REGIONAL_AUTHORITY_NAME=%s with %s asks %s', async (AZURE_REGIONAL_AUTHORITY_NAME, authority, host) => {
  const { asked, transport } = network()
  await create({ AZURE_REGIONAL_AUTHORITY_NAME }, transport, [], authority).getToken(scope)
  expect(asked).toEqual([host])
})

test.each(['x.evil.com/', 'westus2.', 'west-us', '../x', 'a'.repeat(80), '1west', 'west%2e', 'wéstus'])(
  'the region %j never becomes a host name',
  async (AZURE_REGIONAL_AUTHORITY_NAME) => {
    const { asked, transport } = network()
    const error = await failure(create({ AZURE_REGIONAL_AUTHORITY_NAME }, transport).getToken(scope))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toMatch(/^ClientSecretCredential: AZURE_REGIONAL_AUTHORITY_NAME .* is not a region/)
    expect(asked).toEqual([])
  },
)

test.each(['AutoDiscoverRegion', 'AUTO_DISCOVER', 'TryAutoDetect'])('%s takes REGION_NAME first', async (value) => {
  const { asked, transport } = network()
  await create({ AZURE_REGIONAL_AUTHORITY_NAME: value, REGION_NAME: 'North Europe' }, transport).getToken(scope)
  expect(asked).toEqual(['northeurope.login.microsoft.com'])
})

test('discovery asks the instance metadata service once, and every request goes to its region', async () => {
  const { asked, transport } = network(({ host }) =>
    host === '169.254.169.254' ? { status: 200, text: 'westeurope' } : undefined,
  )
  const credential = create({ AZURE_REGIONAL_AUTHORITY_NAME: 'AutoDiscoverRegion' }, transport)
  await credential.getToken(scope)
  await credential.getToken('https://vault.azure.net/.default')
  expect(asked).toEqual(['169.254.169.254', 'westeurope.login.microsoft.com', 'westeurope.login.microsoft.com'])
})

test.each([
  ['no answer', refused],
  ['a refusal', { status: 404, text: '' }],
  ['a page of another server', { status: 200, text: '<html>evil.example</html>' }],
  ['a host name', { status: 200, text: 'x.evil.example' }],
])('discovery that gets %s leaves the global endpoint, with a warning', async (_, answer) => {
  const events: EntradaEvent[] = []
  const { asked, transport } = network(({ host }) => (host === '169.254.169.254' ? answer : undefined))
  await create({ AZURE_REGIONAL_AUTHORITY_NAME: 'AutoDiscoverRegion' }, transport, events).getToken(scope)
  expect(asked).toEqual(['169.254.169.254', 'login.microsoftonline.com'])
  expect(events.filter(({ type }) => type === 'warning')).toMatchObject([
    { message: expect.stringContaining('global endpoint') },
  ])
})

test('a regional endpoint that can not be reached gives way to the global one, with a warning', async () => {
  const events: EntradaEvent[] = []
  const { asked, transport } = network(({ host }) => (host.startsWith('westus2') ? refused : undefined))
  const credential = create({ AZURE_REGIONAL_AUTHORITY_NAME: 'westus2' }, transport, events)
  await credential.getToken(scope)
  await credential.getToken('https://vault.azure.net/.default')
  expect(asked).toEqual(['westus2.login.microsoft.com', 'login.microsoftonline.com', 'login.microsoftonline.com'])
  expect(events.some(({ type }) => type === 'warning')).toBe(true)
})

test('a refusal of the regional endpoint is a refusal', async () => {
  const { asked, transport } = network(() => ({ status: 401, text: '{"error":"invalid_client"}' }))
  const error = await failure(create({ AZURE_REGIONAL_AUTHORITY_NAME: 'westus2' }, transport).getToken(scope))
  expect(error).toMatchObject({ name: 'AuthenticationError', statusCode: 401 })
  expect(asked).toEqual(['westus2.login.microsoft.com'])
})

test('other credentials of applications ask the region too; AD FS has none', async () => {
  const { asked, transport } = network(({ pathname }) =>
    pathname.endsWith('openid-configuration')
      ? { status: 200, text: '{"token_endpoint":"https://login.microsoftonline.com/adfs/oauth2/token"}' }
      : undefined,
  )
  const host = { env: { AZURE_REGIONAL_AUTHORITY_NAME: 'westus2' } }
  await new ClientAssertionCredential('tenant', 'client', () => 'assertion', { fetch: transport, host }).getToken(scope)
  await new ClientAssertionCredential('adfs', 'client', () => 'assertion', { fetch: transport, host }).getToken(scope)
  expect(asked).toEqual(['westus2.login.microsoft.com', 'login.microsoftonline.com', 'login.microsoftonline.com'])
})

test('an assertion that goes to a region is made out to the global endpoint', async () => {
  const { asked, transport } = network()
  const bodies: string[] = []
  const fetch: Transport = (url, init) => {
    bodies.push(init.body ?? '')
    return transport(url, init)
  }
  const host = { env: { AZURE_REGIONAL_AUTHORITY_NAME: 'westus2' } }
  const certificate = makeCertificate().pem
  await new CertificateCredential('tenant', 'client', { certificate }, { fetch, host }).getToken(scope)
  expect(asked).toEqual(['westus2.login.microsoft.com'])
  const assertion = new URLSearchParams(bodies[0]).get('client_assertion') ?? ''
  expect(decodeJwt(assertion).aud).toBe('https://login.microsoftonline.com/tenant/oauth2/v2.0/token')
})
