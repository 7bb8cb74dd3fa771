import { execFileSync } from 'node:child_process'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Emulator, startEmulator } from '../src/index.ts'
import { authorizePath, contosoSignsIn } from './authorize-request.ts'
import { openBrowser } from './browser.ts'
import { clientId, secret, start, tenantId } from './contoso.ts'
import { type Form, requestToken } from './token-request.ts'
import { ada, exchange, publicClientId } from './user-directory.ts'

const issuer = 'https://token.actions.githubusercontent.com'
const federated = {
  issuer,
  subject: 'repo:contoso/shop:ref:refs/heads/main',
  audience: 'api://AzureADTokenExchange',
}
const keyId = '99999999-9999-4999-8999-999999999999'
const directory = {
  ...contosoSignsIn,
  apps: contosoSignsIn.apps.map((app) => (app.name === 'web' ? { ...app, federatedCredentials: [federated] } : app)),
}

let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator({ directory, now: () => start, signatures: 'quick' })
})
beforeEach(() => emulator.reset())
afterAll(() => emulator.close())

/** What the page tells of the requests so far, as a person reads it. */
async function told(query: Record<string, string> = {}): Promise<string> {
  const response = await emulator.fetch(`${emulator.url}/live/requests?${new URLSearchParams(query)}`)
  return readable(await response.text())
}

function readable(html: string): string {
  return html
    .replace(/<\/(td|th|dt|dd)>/g, ' | ')
    .replace(/<[^>]*>/g, '')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}

describe('the requests', () => {
  beforeEach(async () => {
    await requestToken(emulator)
    await requestToken(emulator, { client_secret: 'wrong' })
    await requestToken(emulator, { client_id: publicClientId, client_secret: undefined })
    emulator.faults.next({ drop: true })
    await requestToken(emulator).catch(() => undefined)
    await emulator.fetch(`${emulator.url}/${tenantId}/v2.0/.well-known/openid-configuration`)
  })

  test.for<[Record<string, string>, number]>([
    [{}, 5],
    [{ app: clientId }, 3],
    [{ app: publicClientId }, 1],
    [{ outcome: 'issued' }, 1],
    [{ outcome: 'refused' }, 2],
    [{ outcome: 'dropped' }, 1],
    [{ outcome: 'answered' }, 1],
    [{ outcome: 'refused', app: clientId }, 1],
    [{ text: 'invalid CLIENT secret' }, 1],
    [{ text: 'aadsts' }, 2],
    [{ text: '"ver":"1.0"' }, 1],
    [{ text: 'openid-configuration' }, 1],
    [{ text: 'nothing of the kind' }, 0],
    [{ after: '3' }, 2],
  ])('selected by %o are %i', async ([query, count]) => {
    const response = await emulator.fetch(`${emulator.url}/live/requests?${new URLSearchParams(query)}`)
    const html = await response.text()
    expect(html.match(/<li class="request"/g) ?? []).toHaveLength(count)
    expect(html).toContain('data-total="5"')
    expect(html).toContain('data-newest="5"')
    const page = await openBrowser(emulator).open(`/?${new URLSearchParams({ ...query, after: '0' })}`)
    if (query.after === undefined) expect(page.html.match(/<li class="request"/g) ?? []).toHaveLength(count)
  })
})

describe('a token is shown', () => {
  test('with its times in words, as they lie to the request', async () => {
    await requestToken(emulator)
    expect(await told()).toContain(
      'exp | expires Thu, 01 Jan 2026 00:59:59 UTC, 59 minutes 59 seconds after this request',
    )
    expect(await told()).toContain('iat | issued Wed, 31 Dec 2025 23:55:00 UTC, 5 minutes before this request')
  })

  test('as expired, when it was sent too late', async () => {
    const assertion = await emulator.userToken({ user: ada.username, app: 'web' })
    emulator.clock.advance(2 * 86_400_000)
    await exchange(emulator, assertion)
    expect(await told()).toContain('1 day 23 hours before this request')
  })
})

describe('why a request was refused is told', () => {
  test.for<[string, Form, string]>([
    ['no secret of the app', { client_secret: 'wrong' }, 'client_secret | no secret of the app, 5 characters | '],
    [
      'the id of a secret',
      { client_secret: keyId },
      'client_secret | the id of a secret, not its value, 36 characters',
    ],
    ['blanks around it', { client_secret: ` ${secret}\n` }, 'a secret with white space around it'],
    ['quotation marks', { client_secret: `"${secret}"` }, 'a secret in quotation marks'],
    ['encoded twice', { client_secret: encodeURIComponent(secret) }, 'a secret, URL-encoded once too often'],
    ['plus signs', { client_secret: secret.replaceAll('+', ' ') }, 'a secret, with + turned into blanks'],
    ['no app', { client_id: keyId }, `client_id | ${keyId} | ${clientId} (web), `],
    ['no credential', { client_secret: undefined }, 'credential | none | a confidential client'],
    [
      'no user',
      { grant_type: 'password', username: 'x@contoso.example', password: 'p' },
      'user name | x@contoso.example | ada@contoso.example, charles@contoso.example | no',
    ],
    [
      'a password',
      { grant_type: 'password', username: ada.username, password: 'pw' },
      'password | a password of 2 characters | another | no',
    ],
    ['a resource', { scope: 'api://nobody/.default' }, `resource | api://nobody | api://${clientId}`],
  ])('for %s', async ([, changes, row]) => {
    await requestToken(emulator, changes)
    const shown = await told()
    expect(shown).toContain(row)
    expect(shown).not.toContain(secret)
  })

  test('for a secret that has expired', async () => {
    emulator.clock.advance(2 * 86_400_000)
    await requestToken(emulator, { client_secret: 'short-lived' })
    expect(await told()).toContain(
      'a secret of the app, 11 characters | one of 31 characters; one of 11 characters, expired Fri, 02 Jan 2026',
    )
  })

  test('for a redirect URI', async () => {
    await openBrowser(emulator).open(authorizePath({ redirect_uri: 'http://localhost:8400/callback' }))
    expect(await told()).toContain('redirect_uri | http://localhost:8400/callback | http://localhost:8400/ (web) | no')
  })

  test('for a tenant', async () => {
    await requestToken(emulator, {}, { path: '/nobody.example/oauth2/v2.0/token' })
    expect(await told()).toContain(`tenant | nobody.example | ${tenantId}, contoso.onmicrosoft.com; `)
  })

  test('for a federated token, whose values are only shown if the emulator’s own issuer signed it', async () => {
    const claims = { sub: 'repo:contoso/shop:ref:refs/heads/develop', aud: 'api://AzureADTokenExchange', iss: issuer }
    const foreign = await new SignJWT({ ...claims, exp: start / 1000 + 600 })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new Uint8Array(32))
    const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
    await requestToken(emulator, { client_secret: undefined, client_assertion: foreign, client_assertion_type: type })
    const shown = await told()
    const hidden = 'not shown, because neither the emulator nor a declared certificate signed it'
    expect(shown).toContain(`iss | ${hidden} | ${issuer} | yes`)
    expect(shown).toContain(`sub | ${hidden} | ${federated.subject} | no`)
    expect(shown).toContain(`aud | ${hidden} | api://AzureADTokenExchange | yes`)
    expect(shown.match(/client_assertion.*not shown/)).not.toBeNull()
  })

  test('not for one that was answered', async () => {
    await requestToken(emulator)
    expect(await told()).not.toContain('was refused')
  })
})

// What it could begin is looked for from each of its words: that must not be a megabyte, however long a client made it.
test('of a long text the beginning is read, and it ends before a secret that is cut there', async () => {
  const token = `eyJ${'a'.repeat(3950)}.e30.x`
  await requestToken(emulator, { scope: `${token} ${'b '.repeat(15)}${secret} and more` })
  const shown = await told()
  expect(shown).toContain('scope | [hidden]')
  expect(shown).not.toContain('and more')
  expect(shown).not.toContain(secret.slice(0, 4))
})

describe('a request as a command for curl', () => {
  /** The arguments that a shell passes to curl. */
  const argumentsOf = async (env: Record<string, string> = {}): Promise<string[]> => {
    const html = await (await emulator.fetch(`${emulator.url}/live/requests`)).text()
    const command = readable(/data-copy="Copy as curl">([\s\S]*?)<\/pre>/.exec(html)?.[1] ?? '')
    const script = `curl() { printf '%s\\0' "$@"; }\n${command}`
    return execFileSync('sh', ['-c', script], { env, encoding: 'utf8' }).split('\0').slice(0, -1)
  }

  test('asks the same, with the secret as a variable', async () => {
    await requestToken(emulator)
    expect(await argumentsOf({ AZURE_CLIENT_SECRET: 'it’s a "secret" $HOME', NODE_EXTRA_CA_CERTS: '/ca.pem' })).toEqual(
      [
        ...['--cacert', '/ca.pem', '--request', 'POST', `${emulator.url}/${tenantId}/oauth2/v2.0/token`],
        ...['--data-urlencode', 'grant_type=client_credentials', '--data-urlencode', `client_id=${clientId}`],
        ...['--data-urlencode', 'client_secret=it’s a "secret" $HOME'],
        ...['--data-urlencode', 'scope=https://storage.azure.com/.default'],
      ],
    )
  })

  test('stays one command, whatever was sent', async () => {
    const evil = `'; touch /tmp/never; $(touch /tmp/never) \`x\` "\n--output /tmp/never`
    await requestToken(emulator, { scope: evil, [evil]: evil }, { path: `/${encodeURIComponent(evil)}/oauth2/token` })
    const given = await argumentsOf()
    expect(given).toContain(`scope=${evil}`)
    expect(given.filter((argument) => argument === '--output')).toEqual([])
    expect(given.slice(5).filter((_, place) => place % 2 === 0)).toEqual(Array(5).fill('--data-urlencode'))
  })

  test('has no token, code, secret or cookie', async () => {
    const code = emulator.authorizationCode({
      user: ada.username,
      app: 'web',
      redirectUri: 'http://localhost:8400/',
      scope: 'openid',
    })
    const headers = { authorization: 'Bearer my-own-token', cookie: 'session=mine', 'x-identity-header': 'mine' }
    await requestToken(emulator, { grant_type: 'authorization_code', code }, { headers })
    const given = (await argumentsOf({ CODE: 'the code', AUTHORIZATION: 'the token' })).join('\n')
    expect(given).toContain('code=the code')
    expect(given).toContain('authorization: Bearer the token')
    for (const hidden of [code, secret, 'my-own-token', 'mine']) expect(given).not.toContain(hidden)
  })
})
