import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { startEmulator } from '../src/index.ts'
import { contoso, start } from './contoso.ts'
import { ask, askArc, resource } from './host-request.ts'

const emulator = await startEmulator({ directory: contoso, now: () => start })
const folder = mkdtempSync(join(tmpdir(), 'entrada-arc-'))
afterAll(async () => {
  await emulator.close()
  rmSync(folder, { recursive: true })
})

const keyDirectory = join(folder, 'azcmagent', 'tokens')
const host = await emulator.managedIdentity({ host: 'azure-arc', keyDirectory })
const asked = { 'api-version': '2020-06-01', resource }
const metadata = { metadata: 'true' }

describe('the agent of Azure Arc', () => {
  test('has two variables', () => {
    expect(host.env).toEqual({ IDENTITY_ENDPOINT: host.url, IMDS_ENDPOINT: new URL(host.url).origin })
  })

  test('gives a token to who shows what is in a fresh key file, once', async () => {
    const challenge = await ask(host.url, asked, metadata)
    expect([challenge.status, challenge.body.error]).toEqual([401, 'unauthorized_client'])
    const [, file = ''] = /^Basic realm=(.*\.key)$/.exec(challenge.headers.get('www-authenticate') ?? '') ?? []
    expect(dirname(file)).toBe(keyDirectory)
    expect(statSync(file).mode & 0o777).toBe(0o600)

    const authorization = `Basic ${readFileSync(file, 'utf8')}`
    const { status, body } = await ask(host.url, asked, { ...metadata, authorization })
    expect([status, body]).toEqual([
      200,
      {
        access_token: expect.stringMatching(/^ey/),
        expires_in: '86400',
        expires_on: String(start / 1000 + 86_400),
        not_before: String(start / 1000 - 300),
        resource,
        token_type: 'Bearer',
      },
    ])
    expect(existsSync(file)).toBe(false)
    expect((await ask(host.url, asked, { ...metadata, authorization })).status).toBe(403)
  })

  test('shows the folder as clients see it', async () => {
    const shown = await emulator.managedIdentity({
      ...{ host: 'azure-arc', keyDirectory: join(folder, 'own') },
      shownKeyDirectory: '/var/opt/azcmagent/tokens/',
    })
    const { headers } = await ask(shown.url, asked, metadata)
    const [name = ''] = readdirSync(join(folder, 'own'))
    expect(headers.get('www-authenticate')).toBe(`Basic realm=/var/opt/azcmagent/tokens/${name}`)
    await shown.close()
    expect(readdirSync(join(folder, 'own'))).toEqual([])
  })

  test.for<[string, Record<string, string>, Record<string, string>, string]>([
    ['no Metadata header', {}, {}, 'bad_request_102'],
    ['another version', { 'api-version': '2018-02-01' }, metadata, 'invalid_request'],
    ['a user-assigned identity', { client_id: resource }, metadata, 'invalid_request'],
  ])('refuses %s before any challenge', async ([, query, headers, error]) => {
    expect(await ask(host.url, { ...asked, ...query }, headers)).toMatchObject({ status: 400, body: { error } })
  })

  test('takes the first version too, and as an old agent gives its only identity to all', async () => {
    const old = await emulator.managedIdentity({ host: 'azure-arc', keyDirectory, userAssigned: 'ignore' })
    const { status, body } = await askArc(old, { 'api-version': '2019-11-01', client_id: resource })
    expect([status, body.client_id]).toEqual([200, undefined])
  })

  test('sends the challenge that a test wants, and says 401 for as long', async () => {
    const header = async (): Promise<string | null> =>
      (await ask(host.url, asked, metadata)).headers.get('www-authenticate')
    host.distort({ challenge: () => 'Basic realm=/etc/shadow' })
    expect(await header()).toBe('Basic realm=/etc/shadow')
    host.distort({ challenge: (file) => `Digest a="b", Basic realm=${file}` })
    expect(await header()).toMatch(/^Digest a="b", Basic realm=\/.*\.key$/)
    host.distort({ challenge: () => undefined })
    expect(await header()).toBe(null)
    host.distort({ keepsChallenging: true })
    expect((await askArc(host)).status).toBe(401)
    host.distort()
    expect((await askArc(host)).status).toBe(200)
  })
})
