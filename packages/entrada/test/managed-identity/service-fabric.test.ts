import { CredentialUnavailableError } from 'entrada'
import { expect, test } from 'vitest'
import { makeCertificate } from '../certificates/make-certificate.ts'
import { serveTls, thumbprintOf } from '../http/serve-tls.ts'
import { createWorld, failure } from '../world.ts'
import { create, header, resource, standIn, tokenBody, variables } from './stand-in.ts'

const scope = `${resource}/.default`

test('a cluster of the emulator is known by its thumbprint, over TLS that no authority vouches for', async () => {
  const world = await createWorld()
  const host = await world.emulator.managedIdentity({ host: 'service-fabric' })
  try {
    const { tlsOptions: _, ...options } = world.options({ ...host.env })
    await using credential = create(host.env, options)
    expect((await credential.getToken(scope)).token).toMatch(/^ey/)
    const wrong = { ...host.env, IDENTITY_SERVER_THUMBPRINT: '00'.repeat(20) }
    await using stranger = create(wrong, { ...options, host: { ...options.host, env: wrong } })
    const error = await failure(stranger.getToken(scope))
    expect(error).toBeInstanceOf(CredentialUnavailableError)
    expect(error.message).toMatch(
      /^ManagedIdentityCredential: Service Fabric at localhost:\d+ could not be reached: ERR_TLS_CERT_THUMBPRINT: the certificate/,
    )
    expect(host.requests).toHaveLength(1)
  } finally {
    await world.close()
  }
})

test('a wrong server never sees the secret', async () => {
  const made = makeCertificate({ name: 'a stranger' })
  await using server = await serveTls(made, JSON.stringify(tokenBody()))
  const env = { ...variables['service-fabric'], IDENTITY_ENDPOINT: `${server.url}token` }
  await using stranger = create(env)
  expect(await failure(stranger.getToken(scope))).toBeInstanceOf(CredentialUnavailableError)
  // It is the same the next time: no retry.
  expect(server.connections()).toBe(1)
  expect(server.received()).toBe('')
  await using known = create({ ...env, IDENTITY_SERVER_THUMBPRINT: thumbprintOf(made) })
  expect((await known.getToken(scope)).token).toBe('the-token')
  expect(server.received()).toContain(header)
})

test.each(['', ' ', 'abc', '0'.repeat(39), '0'.repeat(41), 'g'.repeat(40), '0'.repeat(64), `${'0'.repeat(20)}\n`])(
  'a thumbprint that is %j is refused before any request',
  async (IDENTITY_SERVER_THUMBPRINT) => {
    const { fetch, sent } = standIn()
    await using credential = create({ ...variables['service-fabric'], IDENTITY_SERVER_THUMBPRINT }, { fetch })
    // Without a thumbprint it is no cluster: App Service has the other two variables.
    if (IDENTITY_SERVER_THUMBPRINT.trim() === '') return
    const error = await failure(credential.getToken(scope))
    expect(error).toBeInstanceOf(CredentialUnavailableError)
    expect(error.message).toContain('IDENTITY_SERVER_THUMBPRINT is not a SHA-1 thumbprint (40 hexadecimal digits)')
    expect(sent).toEqual([])
  },
)
