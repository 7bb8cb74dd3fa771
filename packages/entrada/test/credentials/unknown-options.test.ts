import {
  AzureCliCredential,
  ClientSecretCredential,
  DefaultAzureCredential,
  DeviceCodeCredential,
  type EntradaCredential,
  type EntradaEvent,
  ManagedIdentityCredential,
  OnBehalfOfCredential,
  type TokenCredentialOptions,
  WorkloadIdentityCredential,
} from 'entrada'
import { expect, test } from 'vitest'
import { clientId, tenantId, until } from '../world.ts'

type Create = (options: TokenCredentialOptions) => EntradaCredential

const standard: Create = (options) => new DefaultAzureCredential(options)
const secret: Create = (options) => new ClientSecretCredential(tenantId, clientId, 'secret', options)
const cli: Create = (options) => new AzureCliCredential(options)
const managed: Create = (options) => new ManagedIdentityCredential(options)
const workload: Create = (options) =>
  new WorkloadIdentityCredential({ tenantId, clientId, tokenFilePath: '/t', ...options })
const person: Create = (options) => new DeviceCodeCredential(options)
const user: Create = (options) => new OnBehalfOfCredential({ tenantId, clientId, clientSecret: 's', ...options })

/** The warnings of a credential that is made with these options. */
async function warnings(create: Create, given: object): Promise<string[]> {
  const events: EntradaEvent[] = []
  const options = { ...given, host: { env: {} }, onEvent: (event: EntradaEvent) => events.push(event) }
  await create(options).close()
  // One that is not known comes behind all others, when the code that knows names is loaded.
  await create({ ...options, last: true } as TokenCredentialOptions).close()
  const texts = (): string[] => events.flatMap((event) => (event.type === 'warning' ? [event.message] : []))
  await until(() => texts().some((text) => text.includes('"last"')))
  return texts().filter((text) => !text.includes('"last"'))
}

test.each<[string, Create, string]>([
  ['excludeCliCredential', standard, 'excludeAzureCliCredential'],
  ['exclude_cli_credential', standard, 'excludeAzureCliCredential'],
  ['exclude_developer_cli_credential', standard, 'excludeAzureDeveloperCliCredential'],
  ['exclude-managed-identity-credential', standard, 'excludeManagedIdentityCredential'],
  ['excludeManagedIdentitiyCredential', standard, 'excludeManagedIdentityCredential'],
  ['exclude_powershell_credential', standard, 'excludeAzurePowerShellCredential'],
  ['require_envvar', standard, 'requiredEnvVars'],
  ['managed_identity_client_id', standard, 'managedIdentityClientId'],
  ['authority', secret, 'authorityHost'],
  ['additionally_allowed_tenants', secret, 'additionallyAllowedTenants'],
  ['cache_persistence_options', secret, 'tokenCachePersistenceOptions'],
  ['proxies', secret, 'proxyOptions'],
  ['process_timeout', cli, 'processTimeoutInMs'],
  ['tenantID', cli, 'tenantId'],
  ['client-id', managed, 'clientId'],
  ['token_file_path', workload, 'tokenFilePath'],
  ['prompt_callback', person, 'userPromptCallback'],
  ['user_assertion', user, 'userAssertionToken'],
])('the option %s has no effect and one warning, which names %3$s', async (option, create, right) => {
  const found = new Set(await warnings(create, { [option]: true }))
  expect([...found]).toEqual([
    `the option ${JSON.stringify(option)} is not known here and has no effect. Did you mean ${right}?`,
  ])
})

test('an option that resembles no other is named without a suggestion, and shortened if it is long', async () => {
  const [found] = await warnings(secret, { [`favourite colour${'!'.repeat(90)}`]: 'red' })
  expect(found).toMatch(/^the option "favourite colour!{44}" is not known here and has no effect\. Check its name\.$/)
})

test.each<[string, Create, object]>([
  ['undefined', standard, { excludeCliCredential: undefined }],
  ['the credential’s own', cli, { tenantId, processTimeoutInMs: 1, subscription: 's', cache: false }],
  ['those of all', secret, { retryOptions: {}, tokenCachePersistenceOptions: { enabled: false } }],
  ['the identity', managed, { clientId }],
  ['the person’s', person, { tenantId, clientId, userPromptCallback: () => undefined }],
  ['the members’', standard, { tenantId, excludeAzureCliCredential: true, requiredEnvVars: [] }],
])('there is no warning for options that are %s', async (_, create, given) => {
  expect(await warnings(create, given)).toEqual([])
})
