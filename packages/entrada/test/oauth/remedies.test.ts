import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import {
  ClientAssertionCredential,
  ClientSecretCredential,
  type CredentialUnavailableError,
  OnBehalfOfCredential,
  UsernamePasswordCredential,
} from 'entrada'
import { describe, expect, test } from 'vitest'
import { remedyFor } from '../../src/oauth/remedies.ts'
import { base64urlOf } from '../../src/runtime/base64url.ts'
import { clientId, failure, scope, tenantId } from '../world.ts'

const refusing = (code: number, error = 'invalid_client') => ({
  fetch: () =>
    new Response(JSON.stringify({ error, error_description: `AADSTS${code}: No.`, error_codes: [code] }), {
      status: 400,
    }),
  retryOptions: { maxRetries: 0 },
  host: { env: {} },
})
const remedyOf = async (promise: Promise<unknown>): Promise<string | undefined> =>
  ((await failure(promise)) as CredentialUnavailableError).remedy
const form = new URLSearchParams()

test.each([
  700213, 700211, 700212, 7002138, 70021, 700024, 700027, 50012, 7000229, 50020, 50034, 50076, 530035, 53003, 65001,
])('a refusal with AADSTS%i says what to do', async (code) => {
  const credential = new ClientSecretCredential(tenantId, clientId, 's', refusing(code))
  expect(await remedyOf(credential.getToken(scope))).toMatch(/^[A-Z].*[.]$/)
})

/** The codes in the catalogue of the emulator, wherever it keeps it. */
async function catalogued(): Promise<number[]> {
  const folder = fileURLToPath(new URL('../../../emulator/src/', import.meta.url))
  const files = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith('.ts'))
  const texts = await Promise.all(files.map((path) => readFile(folder + path, 'utf8')))
  return texts.flatMap((text) => [...text.matchAll(/^ {2}(\d{5,7}): \[/gm)].map(([, code]) => Number(code)))
}

test('every refusal that the emulator gives has a remedy, but for the one that says "not yet"', async () => {
  const codes = await catalogued()
  expect(codes.length).toBeGreaterThan(70)
  const without = codes.filter(
    (code) => remedyFor([code], 'invalid_request', 400, { credential: 'X', form }) === undefined,
  )
  expect(without).toEqual([70016])
})

describe('the advice about an assertion of a federated issuer', () => {
  const jwt = (claims: object): string => `eyJhbGciOiJub25lIn0.${base64urlOf(JSON.stringify(claims))}.c2lnbmF0dXJl`
  const advice = async (claims: object, code = 700213): Promise<string> => {
    const credential = new ClientAssertionCredential(tenantId, clientId, () => jwt(claims), refusing(code))
    return (await failure(credential.getToken(scope))).message
  }
  const claims = {
    iss: 'https://token.example/',
    sub: 'repo:a/b:ref:refs/heads/main',
    aud: 'api://AzureADTokenExchange',
  }

  test.each([700211, 700212, 700213, 7002138, 70021, 50012])('shows what was presented: AADSTS%i', async (code) => {
    const message = await advice(claims, code)
    expect(message).toContain(
      'the presented assertion has issuer "https://token.example/", subject "repo:a/b:ref:refs/heads/main" and audience "api://AzureADTokenExchange".',
    )
    expect(message).not.toContain('c2lnbmF0dXJl')
  })

  test('cuts the claims, and takes out what moves a cursor', async () => {
    const message = await advice({ iss: 'i\r\n\u001b[31m', sub: 's'.repeat(10_000), aud: ['a', 'b'] })
    expect(message).toContain(`issuer "i [31m", subject "${'s'.repeat(197)}..." and audience "a, b"`)
    expect(message).not.toMatch(/\p{Cc}/u)
  })

  test('does without a claim that is missing or no string', async () => {
    expect(await advice({ iss: 'i', sub: 5 })).toContain('issuer "i", subject none and audience none')
  })

  test('speaks of the certificate where the app signed its assertion itself', async () => {
    expect(await advice({ iss: clientId, sub: clientId, aud: 'x' }, 50012)).toMatch(
      /belongs to a certificate of the app/,
    )
    expect(await advice({ iss: clientId, sub: clientId, aud: 'x' })).not.toContain('presented assertion has')
  })
})

describe('a remedy fits the credential', () => {
  test.each(['DeviceCodeCredential', 'InteractiveBrowserCredential', 'UsernamePasswordCredential'])(
    'that cannot take a secret: %s',
    (credential) => {
      const remedy = remedyFor([7000218], 'invalid_client', 401, { credential, form })
      expect(remedy).toMatch(/allow public client flows/)
      expect(remedy).not.toMatch(/secret/)
    },
  )

  test('that can take a secret', () => {
    const request = { credential: 'AuthorizationCodeCredential', form }
    expect(remedyFor([7000218], 'invalid_client', 401, request)).toMatch(/client secret of the app/)
  })

  test('of a name and a password, which no second factor fits', async () => {
    const credential = new UsernamePasswordCredential(
      tenantId,
      clientId,
      'ada',
      'p',
      refusing(50076, 'interaction_required'),
    )
    expect(await remedyOf(credential.getToken(scope))).toMatch(
      /Use InteractiveBrowserCredential or DeviceCodeCredential/,
    )
  })

  test('of a web API, which returns the challenge to its caller', async () => {
    const options = { tenantId, clientId, clientSecret: 's', userAssertionToken: 'a.b.c', ...refusing(50076) }
    expect(await remedyOf(new OnBehalfOfCredential(options).getToken(scope))).toMatch(/Return the claims of this error/)
  })
})
