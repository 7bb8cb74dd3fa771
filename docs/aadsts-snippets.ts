/**
 * How a code is provoked in the emulator, by what a program does wrong, or an administrator did. What is not here is played by the
 * emulator's script of faults. `entra`, `tenantId`, `clientId`, `clientSecret`, `emulated` (the options that lead to the emulator), `credential` and
 * `scope` are those of the page's first snippet.
 */
export const provocations: Readonly<Record<number, string>> = {
  7000215: `
const wrong = new ClientSecretCredential(tenantId, clientId, 'not the secret', emulated)
await wrong.getToken(scope)`,
  7000222: `
entra.updateApp(clientId, { secrets: [{ value: 'old', expiresAt: '2020-01-01T00:00:00Z' }] })
await new ClientSecretCredential(tenantId, clientId, 'old', emulated).getToken(scope)`,
  700016: `
const nobody = new ClientSecretCredential(tenantId, '99999999-9999-4999-8999-999999999999', clientSecret, emulated)
await nobody.getToken(scope)`,
  90002: `
const elsewhere = new ClientSecretCredential('contoso.invalid', clientId, clientSecret, emulated)
await elsewhere.getToken(scope)`,
  7000112: `
entra.updateApp(clientId, { disabled: true })
await credential.getToken(scope)`,
  500011: `
entra.setDirectory({ ...entra.directory, anyResource: false })
await credential.getToken('https://misspelt.example/.default')`,
  1002012: `
await credential.getToken('https://graph.microsoft.com/User.Read')`,
  7000218: `
const person = new UsernamePasswordCredential(tenantId, clientId, username, password, emulated)
await person.getToken(scope)`,
  50126: `
entra.updateApp(clientId, { publicClient: true })
await new UsernamePasswordCredential(tenantId, clientId, username, 'wrong', emulated).getToken(scope)`,
  50034: `
entra.updateApp(clientId, { publicClient: true })
await new UsernamePasswordCredential(tenantId, clientId, 'nobody@contoso.example', 'secret', emulated).getToken(scope)`,
  50013: `
const api = new OnBehalfOfCredential({ tenantId, clientId, clientSecret, ...emulated })
const userAssertionToken = await entra.userToken({ user: username, app: clientId })
await api.getToken(scope, { userAssertionToken: \`\${userAssertionToken.slice(0, -8)}AAAAAAAA\` })`,
  500133: `
const api = new OnBehalfOfCredential({ tenantId, clientId, clientSecret, ...emulated })
const userAssertionToken = await entra.userToken({ user: username, app: clientId, lifetimeSeconds: 60 })
entra.clock.advance(3_600_000)
await api.getToken(scope, { userAssertionToken })`,
  65001: `
entra.updateApp(clientId, { consent: 'required' })
const api = new OnBehalfOfCredential({ tenantId, clientId, clientSecret, ...emulated })
await api.getToken(scope, { userAssertionToken: await entra.userToken({ user: username, app: clientId }) })`,
  50076: `
entra.updateApp(clientId, { conditionalAccess: { code: 50076, claims: '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}' } })
const api = new OnBehalfOfCredential({ tenantId, clientId, clientSecret, ...emulated })
await api.getToken(scope, { userAssertionToken: await entra.userToken({ user: username, app: clientId }) })`,
  53003: `
entra.updateApp(clientId, { refuse: 53003 })
await credential.getToken(scope)`,
  7000114: `
const { token } = await credential.getToken(\`api://\${clientId}/.default\`) // the application's own, where a user's is wanted
const api = new OnBehalfOfCredential({ tenantId, clientId, clientSecret, ...emulated })
await api.getToken(scope, { userAssertionToken: token })`,
  50011: `
const code = entra.authorizationCode({ user: username, app: clientId, redirectUri: 'https://other.example/', scope })
await new AuthorizationCodeCredential(tenantId, clientId, clientSecret, code, 'https://other.example/', emulated).getToken(scope)`,
  500112: `
entra.updateApp(clientId, { redirectUris: ['https://app.example/', 'https://app.example/other'] })
const code = entra.authorizationCode({ user: username, app: clientId, redirectUri: 'https://app.example/', scope })
await new AuthorizationCodeCredential(tenantId, clientId, clientSecret, code, 'https://app.example/other', emulated).getToken(scope)`,
  54005: `
entra.updateApp(clientId, { redirectUris: ['https://app.example/'] })
const code = entra.authorizationCode({ user: username, app: clientId, redirectUri: 'https://app.example/', scope })
const back = ['https://app.example/', emulated] as const
await new AuthorizationCodeCredential(tenantId, clientId, clientSecret, code, ...back).getToken(scope)
await new AuthorizationCodeCredential(tenantId, clientId, clientSecret, code, ...back).getToken(scope) // again`,
  70008: `
entra.updateApp(clientId, { redirectUris: ['https://app.example/'] })
const code = entra.authorizationCode({ user: username, app: clientId, redirectUri: 'https://app.example/', scope })
entra.clock.advance(3_600_000) // a code is good for ten minutes
await new AuthorizationCodeCredential(tenantId, clientId, clientSecret, code, 'https://app.example/', emulated).getToken(scope)`,
  90033: `
entra.faults.always({ status: 503 })
await credential.getToken(scope)`,
  90055: `
entra.faults.always({ status: 429, retryAfter: 1 })
await credential.getToken(scope)`,
}
