import { decodeJwt } from 'jose'
import { afterAll, describe, expect, test } from 'vitest'
import { startEmulator } from '../src/index.ts'
import { assertionForm } from './certificate-sign-in.ts'
import { contoso } from './contoso.ts'
import { issuedToken, refusalOf, requestToken } from './token-request.ts'
import { verifiedBy } from './verified-by.ts'

const emulator = await startEmulator({ directory: contoso })
afterAll(() => emulator.close())

describe('a job of GitHub Actions', () => {
  const job = emulator.githubActions({ repository: 'octo/shop', environment: 'production', app: 'web' })
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url = '', ACTIONS_ID_TOKEN_REQUEST_TOKEN: requestedWith = '' } = job.env
  const ask = (query: string, token = requestedWith) =>
    emulator.fetch(url + query, { headers: { authorization: `Bearer ${token}` } })

  test('gets a token for its audience, which signs its app in', async () => {
    expect(job.subject).toBe('repo:octo/shop:environment:production')
    const response = await ask(`&audience=${encodeURIComponent('api://AzureADTokenExchange')}`)
    const { value, count } = (await response.json()) as { value: string; count: number }
    expect(count).toBe(value.length)
    const claims = await verifiedBy(emulator, job.issuer, value)
    expect(claims).toMatchObject({ sub: job.subject, repository: 'octo/shop', environment: 'production' })
    await issuedToken(emulator, assertionForm(value))
  })

  test('gets one for its owner without an audience, which Entra ID does not take', async () => {
    const { value } = (await (await ask('')).json()) as { value: string }
    expect(decodeJwt(value).aud).toBe('https://github.com/octo')
    expect((await refusalOf(await requestToken(emulator, assertionForm(value)))).error_codes).toEqual([700212])
  })

  test('is refused with another request token', async () => {
    expect((await ask('&audience=x', 'wrong')).status).toBe(401)
  })

  test('may run for a branch', () => {
    const { subject, env } = emulator.githubActions({ repository: 'octo/shop', ref: 'refs/heads/main' })
    expect(subject).toBe('repo:octo/shop:ref:refs/heads/main')
    expect(env).not.toHaveProperty('AZURE_CLIENT_ID')
  })
})

test('there are no other issuers', async () => {
  expect((await emulator.fetch(`${emulator.url}/oidc/x/.well-known/openid-configuration`)).status).toBe(404)
  expect((await emulator.fetch(`${emulator.url}/oidc/x/keys`)).status).toBe(404)
})

test('what jobs show and get is not printed', async () => {
  const text = JSON.stringify(emulator.requests)
  for (const request of emulator.requests) {
    for (const secret of [request.headers.authorization, request.form.client_assertion]) {
      if (secret) expect(text).not.toContain(secret)
    }
  }
})
