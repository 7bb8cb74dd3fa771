import type { DirectoryDeclaration } from '@entrada/emulator'

export const tenantId = '11111111-1111-4111-8111-111111111111'
export const clientId = 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa'
export const pageClientId = '5bacccc0-cccc-4ccc-8ccc-cccccccccccc'
export const ada = 'ada@contoso.example'
export const charles = 'charles@contoso.example'

/** Contoso with people who sign in: Ada with a password, Charles with a second factor too. */
export const contosoSignsIn: DirectoryDeclaration = {
  tenants: [{ id: tenantId, domains: ['contoso.onmicrosoft.com', 'contoso.example'], name: 'Contoso' }],
  apps: [
    {
      name: 'Expense reports',
      clientId,
      tenantId,
      publicClient: true,
      redirectUris: ['http://localhost'],
      consent: 'required',
    },
    { name: 'Shop', clientId: pageClientId, tenantId, redirectUris: { spa: ['http://localhost/callback'] } },
  ],
  users: [
    {
      objectId: '00000000-0000-4000-8000-00000000ada0',
      username: ada,
      password: 'enchantress',
      displayName: 'Ada Lovelace',
    },
    {
      objectId: '00000000-0000-4000-8000-00000000bab0',
      username: charles,
      password: 'difference',
      displayName: 'Charles Babbage',
      secondFactor: 'required',
    },
  ],
}
