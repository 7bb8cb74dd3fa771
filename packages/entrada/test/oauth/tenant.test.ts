import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CredentialUnavailableError } from '../../src/errors.ts'
import { checkTenant } from '../../src/oauth/tenant.ts'
import { resolveTenant, type TenantRules } from '../../src/source/check-call.ts'
import { thrown } from '../credentials/thrown.ts'

describe('a tenant', () => {
  test.each([
    '11111111-1111-4111-8111-111111111111',
    'contoso.onmicrosoft.com',
    'common',
    'adfs',
    'a',
    'xn--nxasmq6b.example',
    '7.example',
  ])('may be %s', (tenant) => expect(() => checkTenant(tenant, 'X: tenantId')).not.toThrow())

  test.each<[unknown]>([
    [''],
    ['.'],
    ['..'],
    ['../../evil'],
    ['evil.com/'],
    ['evil.com\\'],
    ['%2f'],
    ['tenant?x=1'],
    ['tenant#x'],
    ['tenant@evil'],
    ['tenant:80'],
    ['tenant '],
    ['tenant\n'],
    ['tenant\0'],
    ['ten_ant'],
    ['tеnant'],
    ['x'.repeat(256)],
    [undefined],
    [null],
    [5],
    [['tenant']],
    [{}],
  ])('may not be %j', (tenant) => {
    expect(() => checkTenant(tenant, 'X: tenantId')).toThrow(TypeError)
    expect(() => checkTenant(tenant, 'X: tenantId')).toThrow(/^X: tenantId .*Use its id/)
  })

  test('that is accepted changes nothing of the address but its own part', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('.', '-', 'a', '/', '%', '2', 'e') })),
        (tenant) => {
          try {
            checkTenant(tenant, 'X')
          } catch {
            return
          }
          const url = new URL(`https://login.example/${tenant}/oauth2/v2.0/token`)
          expect([url.origin, url.pathname, url.search]).toEqual([
            'https://login.example',
            `/${tenant}/oauth2/v2.0/token`,
            '',
          ])
        },
      ),
      { numRuns: 2000 },
    )
  })
})

describe('the tenant of a call', () => {
  const rules: TenantRules = {
    credential: 'X',
    tenantId: 'home',
    additionallyAllowedTenants: [],
    isMultiTenantDisabled: false,
  }

  test.each<[string, string | undefined, Partial<TenantRules>, string]>([
    ['none asked for', undefined, {}, 'home'],
    ['its own', 'home', {}, 'home'],
    ['its own in another case', 'HOME', {}, 'home'],
    ['one that is allowed', 'guest', { additionallyAllowedTenants: ['guest'] }, 'guest'],
    ['one that is allowed in another case', 'Guest', { additionallyAllowedTenants: ['gUEST'] }, 'Guest'],
    ['any, where any is allowed', 'guest', { additionallyAllowedTenants: ['*'] }, 'guest'],
    ['any, ignored where a variable says so', 'guest', { isMultiTenantDisabled: true }, 'home'],
    ['any, ignored with AD FS', 'guest', { tenantId: 'adfs' }, 'adfs'],
  ])('is, with %s', (_, requested, changed, expected) => {
    expect(resolveTenant(requested, { ...rules, ...changed })).toBe(expected)
  })

  test.each<[string, readonly string[]]>([
    ['nothing', []],
    ['another', ['other']],
    ['one that begins with it', ['guest2']],
    ['one that it begins with', ['gues']],
    ['a pattern', ['gu*']],
    ['two stars', ['**']],
  ])('is refused where %s is allowed, in the words that users match on', (_, additionallyAllowedTenants) => {
    const refusal = thrown(() => resolveTenant('guest', { ...rules, additionallyAllowedTenants }))
    expect(refusal).toBeInstanceOf(CredentialUnavailableError)
    expect(refusal.message).toContain(
      'X: The current credential is not configured to acquire tokens for tenant guest. Add "guest" to additionallyAllowedTenants, or "*"',
    )
  })
})
