import { decodeJwt } from 'jose'
import { describe, expect, test } from 'vitest'
import { startEmulator, type TokenContext } from '../src/index.ts'
import { clientId, contoso, tenantId } from './contoso.ts'
import { issuedToken } from './token-request.ts'
import { ada, contosoWithUsers, redeem, redirectUri, tokensOf } from './user-directory.ts'

describe('the option claims', () => {
  test('changes what is signed, and is told what the token is for', async () => {
    const seen: TokenContext[] = []
    await using emulator = await startEmulator({
      directory: contosoWithUsers,
      claims: (claims, context) => {
        seen.push(context)
        return { ...claims, department: `${context.token}:${context.user}` }
      },
    })
    const scope = 'openid https://graph.microsoft.com/User.Read'
    const code = emulator.authorizationCode({ user: ada.username, app: 'web', redirectUri, scope })
    const tokens = await tokensOf(redeem(emulator, code))
    expect(decodeJwt(tokens.access_token).department).toBe(`access:${ada.username}`)
    expect(decodeJwt(tokens.id_token ?? '').department).toBe(`id:${ada.username}`)
    const about = { tenantId, clientId, app: 'web', user: ada.username }
    expect(seen).toEqual([
      { ...about, token: 'access', resource: 'https://graph.microsoft.com', scopes: ['openid', 'User.Read'] },
      { ...about, token: 'id' },
    ])
  })

  test('may be asynchronous, change claims in place, and leave tokens alone', async () => {
    await using emulator = await startEmulator({
      directory: contoso,
      claims: async (claims, { resource, user }) => {
        await Promise.resolve()
        if (resource === 'api://orders' && user === undefined) claims.roles = ['Custom']
        return undefined
      },
    })
    expect((await issuedToken(emulator, { scope: 'api://orders/.default' })).claims.roles).toEqual(['Custom'])
    expect((await issuedToken(emulator)).claims).not.toHaveProperty('roles')
  })

  test('can rely on tokens still being verifiable', async () => {
    await using emulator = await startEmulator({
      directory: contosoWithUsers,
      claims: (claims) => ({ ...claims, extra: 1 }),
    })
    const assertion = await emulator.userToken({ user: ada.username, app: 'web' })
    expect(decodeJwt(assertion).extra).toBe(1)
  })
})
