import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { startEmulator } from '../src/index.ts'
import { assertionForm } from './certificate-sign-in.ts'
import { clientId, contoso } from './contoso.ts'
import { forge } from './forge.ts'
import { issuedToken, refusalOf, requestToken } from './token-request.ts'

const emulator = await startEmulator({ directory: contoso })
const keys = await generateKeyPair('RS256')
const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'k1', use: 'sig' }

/** An issuer that the emulator knows nothing of but what it publishes. */
let published: Record<string, unknown> = {}
const server = createServer((request, response) => {
  const body = published[request.url ?? '']
  response.writeHead(body === undefined ? 404 : 200).end(typeof body === 'string' ? body : JSON.stringify(body))
}).listen(0, '127.0.0.1')
await once(server, 'listening')
const issuer = `http://localhost:${(server.address() as AddressInfo).port}/cluster`
const metadata = '/cluster/.well-known/openid-configuration'
const good = { [metadata]: { issuer, jwks_uri: `${issuer}/jwks` }, '/cluster/jwks': { keys: [jwk] } }

afterAll(async () => {
  server.close()
  server.closeAllConnections()
  await emulator.close()
})
afterEach(() => {
  published = good
})
published = good

const subject = 'system:serviceaccount:shop:web'
const audience = 'api://AzureADTokenExchange'
emulator.updateApp('web', { federatedCredentials: [{ name: 'cluster', issuer, subject }] })

const now = (): number => Math.floor(Date.now() / 1000)

function token(claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}): Promise<string> {
  const all = { iss: issuer, sub: subject, aud: [audience], iat: now(), exp: now() + 600, jti: 'j', ...claims }
  return new SignJWT(all).setProtectedHeader({ alg: 'RS256', kid: 'k1', ...header }).sign(keys.privateKey)
}

describe('a federated assertion', () => {
  test('is accepted by issuer, subject and audience, and its issuer’s published key', async () => {
    const { claims } = await issuedToken(emulator, assertionForm(await token()))
    expect(claims).toMatchObject({ appid: clientId, appidacr: '2' })
  })

  test('is accepted again for as long as it lives', async () => {
    const assertion = await token()
    await issuedToken(emulator, assertionForm(assertion))
    await issuedToken(emulator, assertionForm(assertion))
  })

  test.for<[string, () => Promise<string>, number, string]>([
    ['another issuer', () => token({ iss: `${issuer}/` }), 700211, `issuer '${issuer}/'`],
    ['another audience', () => token({ aud: 'api://x' }), 700212, "audience 'api://x'"],
    ['another subject', () => token({ sub: `${subject}-2` }), 700213, `subject '${subject}-2'`],
    [
      'its subject in other letters',
      () => token({ sub: subject.toUpperCase() }),
      7002138,
      `subject '${subject.toUpperCase()}'. The subject matches with case-insensitive comparison, but not with case-sensitive`,
    ],
    ['a key that is not published', () => token({}, { kid: 'k2' }), 7000272, `provider ${issuer}`],
    ['another key’s signature', async () => `${(await token()).slice(0, -8)}AAAAAAAA`, 700027, 'verify the signature'],
    ['a time that is over', () => token({ exp: now() - 301 }), 700024, 'valid time range'],
    ['a time to come', () => token({ nbf: now() + 302 }), 700024, 'valid time range'],
    ['no subject', () => token({ sub: undefined }), 90014, "'sub' is missing"],
    ['the algorithm none', async () => forge(await token(), '', { header: { alg: 'none' } }), 5002738, "'none'"],
    ['HS256', async () => forge(await token(), 'k', { header: { alg: 'HS256' } }), 5002738, "'HS256'"],
  ])('is refused with %s', async ([, assertion, code, text]) => {
    const body = await refusalOf(await requestToken(emulator, assertionForm(await assertion())))
    expect(body.error_codes).toEqual([code])
    expect(body.error_description).toContain(text)
  })

  test('is refused in an app without that credential', async () => {
    const secretless = { ...assertionForm(await token()), client_id: contoso.apps[3]?.clientId }
    expect((await refusalOf(await requestToken(emulator, secretless))).error_codes).toEqual([700211])
  })

  test.for<[string, Record<string, unknown>]>([
    ['has no metadata', {}],
    ['has metadata of another issuer', { ...good, [metadata]: { issuer: 'x', jwks_uri: `${issuer}/jwks` } }],
    ['has metadata that is no JSON', { ...good, [metadata]: '<html>' }],
    ['has keys elsewhere', { ...good, [metadata]: { issuer, jwks_uri: 'http://169.254.169.254/jwks' } }],
    ['has keys without end', { ...good, '/cluster/jwks': `{"keys":[${' '.repeat(300_000)}]}` }],
    ['has keys of another kind', { ...good, '/cluster/jwks': { keys: [{ kty: 'EC', kid: 'k1' }, null] } }],
  ])('is refused when its issuer %s', async ([, documents]) => {
    published = documents
    expect((await refusalOf(await requestToken(emulator, assertionForm(await token())))).error_codes).toEqual([7000272])
  })
})

describe('a flexible federated credential', () => {
  const trust = (claimsMatchingExpression: string | { value: string; languageVersion: number }): void =>
    emulator.updateApp('everywhere', { federatedCredentials: [{ issuer, claimsMatchingExpression }] })
  const codes = async (claims: Record<string, unknown>): Promise<number[] | undefined> => {
    const form = { ...assertionForm(await token(claims)), client_id: contoso.apps[3]?.clientId }
    return ((await (await requestToken(emulator, form)).json()) as { error_codes?: number[] }).error_codes
  }

  test.for<[string, string, Record<string, unknown>, boolean]>([
    ['the same subject', "claims['sub'] eq 'repo:contoso/shop:ref:refs/heads/main'", {}, true],
    ['a subject with a wildcard', "claims['sub'] matches 'repo:contoso/*:ref:refs/heads/*'", {}, true],
    ['one character', "claims['sub'] matches 'repo:contoso/sho?:ref:refs/heads/main'", {}, true],
    ['another branch', "claims['sub'] matches 'repo:contoso/shop:ref:refs/tags/*'", {}, false],
    ['a wildcard without matches', "claims['sub'] eq 'repo:contoso/*'", {}, false],
    ['the beginning alone', "claims['sub'] matches 'repo:contoso'", {}, false],
    ['other letters', "claims['sub'] matches 'repo:Contoso/*'", {}, false],
    [
      'a reusable workflow',
      "claims['sub'] matches 'repo:contoso/*' and claims['job_workflow_ref'] matches 'contoso/ci/*'",
      { job_workflow_ref: 'contoso/ci/.github/workflows/deploy.yml@refs/heads/main' },
      true,
    ],
    ['a claim that is missing', "claims['sub'] matches 'repo:*' and claims['job_workflow_ref'] matches '*'", {}, false],
  ])('with %s: %s', async ([, expression, claims, accepted]) => {
    trust(expression)
    const found = await codes({ sub: 'repo:contoso/shop:ref:refs/heads/main', ...claims })
    expect(found).toEqual(accepted ? undefined : [700213])
  })

  test('is read as Microsoft Graph returns it', async () => {
    trust({ value: "claims['sub'] matches 'repo:*'", languageVersion: 1 })
    expect(await codes({ sub: 'repo:contoso/shop' })).toBeUndefined()
  })

  test.each([
    "claims['sub'] startswith 'repo:'",
    "sub matches 'repo:*'",
    "claims['sub']  matches 'repo:*'",
    "claims['sub'] matches 'repo:*' or claims['sub'] eq 'x'",
  ])('is refused when it says %s', (expression) => {
    expect(() => trust(expression)).toThrow(/claimsMatchingExpression/)
  })

  test('compares long values in time', async () => {
    trust(`claims['sub'] matches '${'*a'.repeat(50)}'`)
    expect(await codes({ sub: `${'a'.repeat(5000)}b` })).toEqual([700213])
  })
})

test('issuers that are not on loopback are never asked', async () => {
  const far = 'http://192.0.2.1/issuer'
  emulator.updateApp('everywhere', { federatedCredentials: [{ issuer: far, subject, audience: 'api://other' }] })
  const assertion = await token({ iss: far, aud: 'api://other' })
  const changes = { ...assertionForm(assertion), client_id: contoso.apps[3]?.clientId }
  expect((await refusalOf(await requestToken(emulator, changes))).error_codes).toEqual([7000272])
})
