import { existsSync, readFileSync, statSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { startEmulator } from '../src/index.ts'
import { assertionForm } from './certificate-sign-in.ts'
import { clientId, contoso, tenantId } from './contoso.ts'
import { issuedToken, refusalOf, requestToken } from './token-request.ts'
import { verifiedBy } from './verified-by.ts'

const emulator = await startEmulator({ directory: contoso })
afterAll(() => emulator.close())

describe('a Kubernetes service account', () => {
  test('has a token in a file, for this user alone, which signs its app in', async () => {
    const account = await emulator.kubernetes({ serviceAccount: 'web', namespace: 'shop', app: 'web' })
    expect(account.subject).toBe('system:serviceaccount:shop:web')
    expect(account.env).toEqual({
      AZURE_AUTHORITY_HOST: emulator.url,
      AZURE_CLIENT_ID: clientId,
      AZURE_TENANT_ID: tenantId,
      AZURE_FEDERATED_TOKEN_FILE: account.tokenFile,
    })
    expect(statSync(account.tokenFile).mode & 0o777).toBe(0o600)
    const token = readFileSync(account.tokenFile, 'utf8')
    const claims = await verifiedBy(emulator, account.issuer, token)
    expect(claims).toMatchObject({
      sub: account.subject,
      'kubernetes.io': { namespace: 'shop', serviceaccount: { name: 'web', uid: expect.any(String) } },
    })
    await issuedToken(emulator, assertionForm(token))
  })

  test('has its token replaced as a whole', async () => {
    const account = await emulator.kubernetes({ serviceAccount: 'web', namespace: 'shop' })
    const before = readFileSync(account.tokenFile, 'utf8')
    const fresh = await account.rotate()
    expect(fresh).not.toBe(before)
    expect(readFileSync(account.tokenFile, 'utf8')).toBe(fresh)
  })

  test('has a token that ends, by the emulator’s clock', async () => {
    await using later = await startEmulator({ directory: contoso })
    const account = await later.kubernetes({ serviceAccount: 'a', namespace: 'b', app: 'web', lifetimeSeconds: 600 })
    const token = readFileSync(account.tokenFile, 'utf8')
    await issuedToken(later, assertionForm(token))
    later.clock.advance(901_000)
    expect((await refusalOf(await requestToken(later, assertionForm(token)))).error_codes).toEqual([700024])
    await issuedToken(later, assertionForm(await account.rotate()))
  })

  test('may be for another audience, which its app then asks for', async () => {
    const options = { serviceAccount: 'x', namespace: 'y', audience: 'api://AKSIdentityBinding', app: 'everywhere' }
    const { tokenFile } = await emulator.kubernetes(options)
    const everywhere = contoso.apps[3]?.clientId
    await issuedToken(emulator, { ...assertionForm(readFileSync(tokenFile, 'utf8')), client_id: everywhere })
  })

  test('leaves nothing behind', async () => {
    const other = await startEmulator({ directory: contoso })
    const { tokenFile } = await other.kubernetes({ serviceAccount: 'web', namespace: 'shop' })
    await other.close()
    expect(existsSync(tokenFile)).toBe(false)
    const late = await other.kubernetes({ serviceAccount: 'web', namespace: 'shop' })
    await expect.poll(() => existsSync(late.tokenFile)).toBe(false)
  })

  test('is not made for an app that is not declared', async () => {
    const making = emulator.kubernetes({ serviceAccount: 'web', namespace: 'shop', app: 'nope' })
    await expect(making).rejects.toThrow('kubernetes: no app is called "nope"')
  })
})
