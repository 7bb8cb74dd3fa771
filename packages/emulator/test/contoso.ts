import type { DirectoryDeclaration } from '../src/index.ts'

/** The directory most tests use: two tenants, and apps of each kind. */
export const tenantId = '11111111-1111-4111-8111-111111111111'
export const otherTenantId = '22222222-2222-4222-8222-222222222222'
export const clientId = 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa'
export const disabledClientId = 'dddddddd-dddd-4ddd-8ddd-dddddddddddd'
export const refusedClientId = 'eeeeeeee-eeee-4eee-8eee-eeeeeeeeeeee'
export const everywhereClientId = 'ffffffff-ffff-4fff-8fff-ffffffffffff'
export const secret = 'correct horse+battery/staple=&%'
const keyId = '99999999-9999-4999-8999-999999999999'
/** 2026-01-01T00:00:00Z, where tests with a fixed clock start. */
export const start = 1_767_225_600_000

export const contoso: DirectoryDeclaration = {
  tenants: [
    { id: tenantId, domains: ['contoso.onmicrosoft.com'], name: 'Contoso' },
    { id: otherTenantId, domains: ['fabrikam.example'] },
  ],
  apps: [
    {
      name: 'web',
      clientId,
      tenantId,
      secrets: [{ value: secret }, { value: 'short-lived', expiresAt: '2026-01-02T00:00:00Z', keyId }],
      roles: { 'https://graph.microsoft.com': ['User.Read.All'] },
    },
    { name: 'disabled', clientId: disabledClientId, tenantId, secrets: [{ value: secret }], disabled: true },
    { name: 'refused', clientId: refusedClientId, tenantId, secrets: [{ value: secret }], refuse: 53003 },
    { name: 'everywhere', clientId: everywhereClientId, tenantId, secrets: [{ value: secret }], tenants: '*' },
  ],
  resources: [{ id: ['api://orders', 'https://orders.example'], appId: 'cccccccc-cccc-4ccc-8ccc-cccccccccccc' }],
}
