import { type Emulator, startEmulator } from '@entrada/emulator'
import { afterAll, inject } from 'vitest'

/** A secret that a scan of every output can find. */
export const recognisableSecret = 'S3cret~recognisable.value-0123456789'
export const tenantId = '11111111-1111-4111-8111-111111111111'
export const otherTenantId = '22222222-2222-4222-8222-222222222222'
export const clientId = '33333333-3333-4333-8333-333333333333'
export const scope = 'https://storage.azure.com/.default'
export const user = { objectId: '44444444-4444-4444-8444-444444444444', username: 'ada@contoso.onmicrosoft.com' }
const password = 'Passw0rd~recognisable value+0123456789'

/** An emulator that the program trusts, with an application and a person. */
export async function startAuthority(): Promise<Emulator> {
  const emulator = await startEmulator({
    ca: inject('authority'),
    directory: {
      tenants: [{ id: tenantId, domains: ['contoso.onmicrosoft.com'] }, { id: otherTenantId }],
      apps: [{ name: 'app', clientId, tenantId, tenants: '*', secrets: [{ value: recognisableSecret }] }],
      users: [{ ...user, tenantId, password }],
      // Azure DevOps, and the server application of AKS.
      resources: [{ id: '499b84ac-1321-427f-aa17-267ca6975798' }, { id: '6dae42f8-4368-4678-94ff-3960e28e3630' }],
    },
    deviceCode: { intervalSeconds: 1 },
  })
  afterAll(() => emulator.close())
  return emulator
}

/** The variables that sign the application in. */
export function variablesOf(emulator: Emulator): Record<string, string> {
  return {
    AZURE_TENANT_ID: tenantId,
    AZURE_CLIENT_ID: clientId,
    AZURE_CLIENT_SECRET: recognisableSecret,
    AZURE_AUTHORITY_HOST: emulator.url,
  }
}
