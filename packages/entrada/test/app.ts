/** A secret that a scan of every output can find. */
export const recognisableSecret = 'S3cret~recognisable.value-0123456789'
export const tenantId = '11111111-1111-4111-8111-111111111111'
export const otherTenantId = '22222222-2222-4222-8222-222222222222'
export const clientId = '33333333-3333-4333-8333-333333333333'
export const scope = 'https://storage.azure.com/.default'
export const redirectUri = 'https://app.example/signed-in'
export const user = { objectId: '44444444-4444-4444-8444-444444444444', username: 'ada@contoso.onmicrosoft.com' }
export const serviceConnectionId = '55555555-5555-4555-8555-555555555555'
/** That user's password. */
export const password = 'Passw0rd~recognisable value+0123456789'
/** A client that people sign in to without a secret: the Azure CLI's, which every tenant knows. */
export const publicClientId = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'
