import { decodeJwt, type JWTPayload } from 'jose'
import { afterAll, describe, expect, test } from 'vitest'
import { type DirectoryDeclaration, startEmulator } from '../src/index.ts'
import { clientId, contoso, secret, start, tenantId } from './contoso.ts'
import { type Form, issuedToken, refusalOf, requestToken, type TokenAnswer } from './token-request.ts'
import { tokensOf } from './user-directory.ts'

const agentId = '55555555-5555-4555-8555-555555555555'
const strangerId = '66666666-6666-4666-8666-666666666666'
const robot = { objectId: '00000000-0000-4000-8000-0000000000b0', username: 'robot@contoso.example' }
const person = { objectId: '00000000-0000-4000-8000-0000000000a0', username: 'ada@contoso.example' }
const directory: DirectoryDeclaration = {
  ...contoso,
  apps: [
    ...contoso.apps,
    { name: 'agent', clientId: agentId, tenantId, agentIdentityBlueprintId: 'web', roles: ['Mail.Read'] },
    { name: 'stranger', clientId: strangerId, tenantId, agentIdentityBlueprintId: 'everywhere' },
  ],
  users: [
    { ...robot, password: 'p', displayName: 'Robot', tenantId, identityParentId: 'agent' },
    { ...person, password: 'p', tenantId },
  ],
}
const emulator = await startEmulator({ directory, now: () => start })
afterAll(() => emulator.close())

const exchange = 'api://AzureADTokenExchange/.default'
const graph = 'https://graph.microsoft.com/.default'
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

async function tokenOf(form: Form): Promise<{ token: string; claims: JWTPayload }> {
  const answer = (await (await requestToken(emulator, form)).json()) as TokenAnswer
  expect(answer).toHaveProperty('access_token')
  return { token: answer.access_token, claims: decodeJwt(answer.access_token) }
}

/** The first leg: the blueprint's token for an agent. */
function blueprintToken(changes: Form = {}): ReturnType<typeof tokenOf> {
  return tokenOf({ scope: exchange, fmi_path: agentId, ...changes })
}

/** The form of the second leg: the agent shows the blueprint's token. */
async function asAgent(changes: Form = {}): Promise<Form> {
  const { token } = await blueprintToken()
  const proof = { client_secret: undefined, client_assertion_type: assertionType, client_assertion: token }
  return { client_id: agentId, ...proof, scope: graph, ...changes }
}

/** The form of the third leg: the agent asks for its user's tokens. */
async function forUser(changes: Form = {}): Promise<Form> {
  const { token } = await tokenOf(await asAgent({ scope: exchange }))
  const named = { user_federated_identity_credential: token, username: robot.username }
  const scope = 'openid offline_access https://graph.microsoft.com/Mail.Read'
  return { ...(await asAgent()), grant_type: 'user_fic', scope, ...named, ...changes }
}

describe('an agent identity', () => {
  test('gets a token by its blueprint’s, whose subject is a path of the blueprint', async () => {
    const { claims } = await blueprintToken()
    expect(claims).toMatchObject({
      ...{ ver: '2.0', aud: 'fb60f99c-7a34-4190-8149-302f77469936', azp: clientId, idtyp: 'app', tid: tenantId },
      iss: `${emulator.url}/${tenantId}/v2.0`,
      // The bytes of 1111… and aaaa…, as .NET writes them.
      sub: `/eid1/c/pub/t/EREREREREUGBEREREREREQ/a/qqqqqqqqqkqKqqqqqqqqqg/${agentId}`,
    })
  })

  test('acts for itself, as an agent of its blueprint', async () => {
    const { claims } = await tokenOf(await asAgent())
    expect(claims).toMatchObject({
      ...{ appid: agentId, appidacr: '2', idtyp: 'app', roles: ['Mail.Read'], xms_par_app_azp: clientId },
      ...{ xms_act_fct: '3 9 11', xms_sub_fct: '9 3 11', xms_idrel: '7 10', xms_tnt_fct: '3 9' },
    })
    expect(claims.sub).toBe(claims.oid)
  })

  test('acts for its own user, named by user name or object id, and renews the tokens', async () => {
    for (const named of [{}, { username: undefined, user_id: robot.objectId }]) {
      const answer = await tokensOf(requestToken(emulator, await forUser(named)))
      const claims = decodeJwt(answer.access_token)
      expect(claims).toMatchObject({
        ...{ appid: agentId, idtyp: 'user', upn: robot.username, oid: robot.objectId, scp: 'openid Mail.Read' },
        ...{ xms_par_app_azp: clientId, xms_sub_fct: '9 3 13' },
      })
      expect(answer.id_token).toBeDefined()
      const form = { ...(await asAgent()), grant_type: 'refresh_token', refresh_token: answer.refresh_token }
      const renewed = await tokensOf(requestToken(emulator, { ...form, scope: undefined }))
      expect(decodeJwt(renewed.access_token).xms_par_app_azp).toBe(clientId)
    }
  })

  test.each<[string, () => Promise<Form>, number]>([
    ['a token that its blueprint got for another path', async () => withToken('tools/agent'), 700213],
    ['a token for an agent of another blueprint', async () => withToken(strangerId, { client_id: strangerId }), 700213],
    ['the path in other letters', async () => withToken('AGENT-1', { client_id: agentId }), 700213],
    ['no token', () => asAgent({ client_assertion: undefined }), 7000216],
    ['a secret', () => asAgent({ client_assertion: undefined, client_secret: secret }), 7000215],
    ['a token and a secret', () => asAgent({ client_secret: secret }), 9002324],
    ['a person', () => forUser({ username: person.username }), 7000114],
    ['a user who is not there', () => forUser({ username: 'nobody@contoso.example' }), 50034],
    ['nobody', () => forUser({ username: undefined }), 900144],
    ['no token of its own', () => forUser({ user_federated_identity_credential: undefined }), 900144],
    ['its blueprint’s token as its own', async () => forUser(await ownToken()), 50013],
    ['a token for another audience', async () => forUser(await ownToken(graph)), 50013],
    ['something that is no token', () => forUser({ user_federated_identity_credential: 'x' }), 50027],
  ])('is refused with %s', async (_, form, code) => {
    expect((await refusalOf(await requestToken(emulator, await form()))).error_codes).toEqual([code])
  })

  test('cannot have a credential of its own', async () => {
    const apps = [...contoso.apps, { ...directory.apps[4], secrets: [{ value: 's' }] }] as DirectoryDeclaration['apps']
    await expect(startEmulator({ directory: { ...contoso, apps } })).rejects.toThrow(
      'apps[4].secrets is of an agent identity. Declare its credentials with its blueprint.',
    )
  })

  test('must have a blueprint that is declared', async () => {
    const apps = [
      { ...contoso.apps[0], agentIdentityBlueprintId: 'nobody', secrets: [] },
    ] as DirectoryDeclaration['apps']
    await expect(startEmulator({ directory: { ...contoso, apps } })).rejects.toThrow(
      'apps[0].agentIdentityBlueprintId names "nobody". Use the name or client id of one of apps[].',
    )
  })
})

describe('fmi_path', () => {
  test('is the end of the subject, also for other resources', async () => {
    const { claims } = await issuedToken(emulator, { fmi_path: 'tools/agent-1' })
    expect(claims.sub).toMatch(/^\/eid1\/c\/pub\/t\/[\w-]{22}\/a\/[\w-]{22}\/tools\/agent-1$/)
  })

  test.each([
    ['empty', { fmi_path: '' }],
    ['not a path', { fmi_path: 'a b' }],
    ['sent with another grant', { fmi_path: 'a', grant_type: 'refresh_token', refresh_token: 'x' }],
  ])('is refused by name when it is %s', async (_, changes) => {
    const refusal = await refusalOf(await requestToken(emulator, changes))
    expect(refusal.error_description).toContain("AADSTS90023: Unsupported 'fmi_path' value.")
  })
})

async function withToken(path: string, changes: Form = {}): Promise<Form> {
  const { token } = await blueprintToken({ fmi_path: path })
  return asAgent({ client_assertion: token, ...changes })
}

/** A token in place of the agent's own for the exchange. */
async function ownToken(scope?: string): Promise<Form> {
  const { token } = scope === undefined ? await blueprintToken() : await tokenOf(await asAgent({ scope }))
  return { user_federated_identity_credential: token }
}
