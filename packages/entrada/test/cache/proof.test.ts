import { CertificateCredential, ClientAssertionCredential, EnvironmentCredential, type Transport } from 'entrada'
import { memoryTokenStore, type TokenKey, tokenKeyText } from 'entrada/store'
import { describe, expect, test } from 'vitest'
import { makeCertificate } from '../certificates/make-certificate.ts'
import { clientId, failure, scope, tenantId } from '../world.ts'
import { createStoredWorld } from './stored-world.ts'

const now = Date.UTC(2030, 0, 1)
const store = () => memoryTokenStore({ now: () => now })
const host = { now: () => now, env: {}, sleep: () => new Promise<void>(() => undefined) }

/** A token endpoint whose every answer is another token. */
function endpoint(): { fetch: Transport; sent: URLSearchParams[] } {
  const sent: URLSearchParams[] = []
  const fetch: Transport = async (_, { body }) => {
    sent.push(new URLSearchParams(body))
    return Response.json({ access_token: `token-${sent.length}`, expires_in: 3600 })
  }
  return { fetch, sent }
}

const jwt = (claims: object): string => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`

describe('an application finds its tokens in a store by what it proves itself with', () => {
  test('a secret: with another one nothing is found', async () => {
    const world = createStoredWorld(store())
    for (const [secret, token] of [
      ['right', 'token-1'],
      ['right', 'token-1'],
      ['wrong', 'token-2'],
      ['right', 'token-1'],
    ]) {
      await using credential = world.credential({}, { secret: secret as string })
      expect((await credential.getToken(scope)).token).toBe(token)
    }
  })

  test('a secret of the environment, which is the same as one of the program', async () => {
    const tokenStore = store()
    const world = createStoredWorld(tokenStore)
    await using first = world.credential()
    const { token } = await first.getToken(scope)
    const { fetch, sent } = endpoint()
    const env = { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId, AZURE_CLIENT_SECRET: 'a secret' }
    await using second = new EnvironmentCredential({ fetch, tokenStore, host: { ...host, env } })
    expect((await second.getToken(scope)).token).toBe(token)
    expect(sent).toEqual([])
  })

  test('an assertion: its issuer, subject and audience count, and not its text', async () => {
    const tokenStore = store()
    const { fetch, sent } = endpoint()
    const ask = async (claims: object): Promise<string> => {
      const assertion = jwt({ iss: 'i', sub: 's', aud: 'a', ...claims })
      await using credential = new ClientAssertionCredential(tenantId, clientId, () => assertion, {
        fetch,
        tokenStore,
        host,
      })
      return (await credential.getToken(scope)).token
    }
    expect(await ask({ iat: 1 })).toBe('token-1')
    expect(await ask({ iat: 2 })).toBe('token-1')
    expect(await ask({ iss: 'other' })).toBe('token-2')
    expect(await ask({ sub: 'other' })).toBe('token-3')
    expect(await ask({ aud: 'other' })).toBe('token-4')
    expect(sent).toHaveLength(4)
  })

  test('an assertion that can’t be read has no record', async () => {
    const tokenStore = store()
    const { fetch } = endpoint()
    for (const assertion of ['good.a.b', 'opaque', jwt({ iss: 'i' }), jwt({ iss: 'i', sub: 's' })]) {
      await using credential = new ClientAssertionCredential(tenantId, clientId, () => assertion, {
        fetch,
        tokenStore,
        host,
      })
      await credential.getToken(scope)
    }
    expect(await tokenStore.list('app')).toEqual([])
  })

  test('an assertion is made once for the store and the request, and what making it throws is the caller’s', async () => {
    const { fetch, sent } = endpoint()
    let made = 0
    const fault = new Error('no key')
    const make = async (): Promise<string> => {
      if (++made > 1) throw fault
      return jwt({ iss: 'i', sub: 's', aud: 'a' })
    }
    await using credential = new ClientAssertionCredential(tenantId, clientId, make, {
      fetch,
      tokenStore: store(),
      host,
    })
    await credential.getToken(scope)
    expect([made, sent.length]).toEqual([1, 1])
    expect(await failure(credential.getToken('https://other.example/.default'))).toBe(fault)
    expect(made).toBe(2)
  })

  test('an assertion for AD FS, whose address is known later, is made once too', async () => {
    const authority = 'https://adfs.contoso.example'
    let made = 0
    const fetch: Transport = async (_, { method }) =>
      Response.json(
        method === 'GET'
          ? { token_endpoint: `${authority}/adfs/oauth2/token/` }
          : { access_token: 'token', expires_in: 3600, token_type: 'Bearer' },
      )
    const make = (): string => jwt({ iss: 'i', sub: 's', aud: `a${++made}` })
    const options = { fetch, tokenStore: store(), host, authorityHost: authority }
    await using credential = new ClientAssertionCredential('adfs', clientId, make, options)
    expect((await credential.getToken(scope)).token).toBe('token')
    expect(made).toBe(1)
  })

  test('a callback that throws finds nothing, though the store has the application’s token', async () => {
    const tokenStore = store()
    const { fetch, sent } = endpoint()
    const assertion = jwt({ iss: 'i', sub: 's', aud: 'a' })
    await using right = new ClientAssertionCredential(tenantId, clientId, () => assertion, { fetch, tokenStore, host })
    await right.getToken(scope)
    const fault = new Error('no key')
    const broken = (): never => {
      throw fault
    }
    await using wrong = new ClientAssertionCredential(tenantId, clientId, broken, { fetch, tokenStore, host })
    expect(await failure(wrong.getToken(scope))).toBe(fault)
    expect(sent).toHaveLength(1)
  })

  test('a certificate: who has its key signs, and finds what another process stored', async () => {
    const tokenStore = memoryTokenStore()
    const { fetch, sent } = endpoint()
    const [own, other] = [makeCertificate(), makeCertificate()]
    const ask = async (certificate: string): Promise<string> => {
      const options = { fetch, tokenStore, host: { ...host, now: Date.now } }
      await using credential = new CertificateCredential(tenantId, clientId, { certificate }, options)
      return (await credential.getToken(scope)).token
    }
    expect(await ask(own.pem)).toBe('token-1')
    expect(await ask(own.pem)).toBe('token-1')
    expect(await ask(other.pem)).toBe('token-2')
    expect(sent).toHaveLength(2)
  })

  test('a certificate whose key only somebody else can use finds nothing', async () => {
    const tokenStore = memoryTokenStore()
    const { fetch } = endpoint()
    const { pem, certificate } = makeCertificate()
    const options = { fetch, tokenStore, host: { ...host, now: Date.now } }
    await using right = new CertificateCredential(tenantId, clientId, { certificate: pem }, options)
    await right.getToken(scope)
    const sign = (): never => {
      throw new Error('the key is not mine')
    }
    await using wrong = new CertificateCredential(tenantId, clientId, { certificate, sign }, options)
    expect((await failure(wrong.getToken(scope))).message).toContain('the key is not mine')
  })
})

describe('the name of a record', () => {
  const key: TokenKey = { kind: 'access', partition: 'app', environment: 'e', clientId: 'c', cae: false }

  test('without a proof is what it was before there were any', () => {
    expect(tokenKeyText(key)).toBe('["access","app","e","c",null,null,false]')
  })

  test('differs by the proof', () => {
    const texts = [key, { ...key, proof: 'a' }, { ...key, proof: 'b' }].map(tokenKeyText)
    expect(new Set(texts).size).toBe(3)
  })

  test('holds nothing of the secret', async () => {
    const tokenStore = store()
    await using credential = createStoredWorld(tokenStore).credential({}, { secret: 'recognisable' })
    await credential.getToken(scope)
    const records = await tokenStore.list('app')
    expect(records).toHaveLength(1)
    expect(JSON.stringify(records)).not.toContain('recognisable')
  })
})
