import {
  AzureCliCredential,
  AzureDeveloperCliCredential,
  AzurePowerShellCredential,
  ChainedTokenCredential,
  CredentialUnavailableError,
  DefaultAzureCredential,
  DeviceCodeCredential,
  EnvironmentCredential,
  getBearerTokenProvider,
  InteractiveBrowserCredential,
  ManagedIdentityCredential,
  managedIdentityAssertion,
  SharedTokenCacheCredential,
  UsernamePasswordCredential,
  VisualStudioCodeCredential,
} from 'entrada'
import { type Ability, abilitiesOf, ask, check, failure, gets, newScope } from './ability.ts'
import { at, withSecret } from './applications.ts'

/** Hosts in Azure that have identities. */
const identities = abilitiesOf('Managed identities', {
  'Virtual machines (IMDS)': gets((given) => new ManagedIdentityCredential(at(given, 'imds'))),
  'App Service, Functions, Container Apps': gets((given) => new ManagedIdentityCredential(at(given, 'appService'))),
  'Service Fabric (its certificate is compared)': gets(
    (given) => new ManagedIdentityCredential(at(given, 'serviceFabric')),
  ),
  'Azure Machine Learning': gets((given) => new ManagedIdentityCredential(at(given, 'machineLearning'))),
  'Cloud Shell': gets((given) => new ManagedIdentityCredential(at(given, 'cloudShell'))),
  'Workloads on AKS': gets((given) => new ManagedIdentityCredential(at(given, 'workload'))),
  async '`managedIdentityAssertion`'(given) {
    const assertion = managedIdentityAssertion(new ManagedIdentityCredential(at(given, 'appService')))
    check((await assertion()).split('.').length === 3, 'what came is not a token')
  },
})

/** People, and the programs that they are signed in to. */
const people = abilitiesOf('People and developer tools', {
  '`InteractiveBrowserCredential`': gets(
    (given) =>
      new InteractiveBrowserCredential({
        ...{ ...at(given), tenantId: given.tenantId, clientId: given.publicClientId },
        ...given.page,
        openBrowser: (url) => ask(given, `browse/${encodeURIComponent(url)}`),
      }),
  ),
  '`DeviceCodeCredential`': gets(
    (given) =>
      new DeviceCodeCredential({
        ...at(given),
        tenantId: given.tenantId,
        userPromptCallback: async ({ userCode }) => void (await ask(given, `approve/${userCode}`)),
      }),
  ),
  '`UsernamePasswordCredential`': gets((given) => {
    const { tenantId, publicClientId, username, password } = given
    return new UsernamePasswordCredential(tenantId, publicClientId, username, password, at(given))
  }),
  '`AzureCliCredential`': gets((given) => new AzureCliCredential({ ...at(given, 'tools'), tenantId: given.tenantId })),
  '`AzurePowerShellCredential`': gets(
    (given) => new AzurePowerShellCredential({ ...at(given, 'tools'), tenantId: given.tenantId }),
  ),
  '`AzureDeveloperCliCredential`': gets(
    (given) => new AzureDeveloperCliCredential({ ...at(given, 'tools'), tenantId: given.tenantId }),
  ),
  '`SharedTokenCacheCredential`': gets(
    (given) => new SharedTokenCacheCredential({ ...at(given, 'sharedCache'), tenantId: given.tenantId }),
  ),
  async '`VisualStudioCodeCredential` says that its plug-in is missing'(given) {
    const error = await failure(new VisualStudioCodeCredential(at(given, 'visualStudioCode')).getToken(newScope()))
    if (!/no broker plug-in is registered/.test(error.message)) throw error
  },
})

/** Credentials that ask others. */
const chains = abilitiesOf('Chains', {
  '`DefaultAzureCredential`': gets((given) => new DefaultAzureCredential(at(given))),
  async '`DefaultAzureCredential` without anything says why of each'(given) {
    const nothing = { PATH: '', AZURE_POD_IDENTITY_AUTHORITY_HOST: 'http://127.0.0.1:9' }
    await using credential = new DefaultAzureCredential(at({ ...given, envs: { nothing } }, 'nothing'))
    const error = await failure(credential.getToken(newScope()))
    check(error instanceof CredentialUnavailableError, `${error.name}: ${error.message}`)
    const { attempts = [] } = error as { attempts?: readonly { reason?: string; error?: Error }[] }
    check(attempts.length >= 9, `${attempts.length} attempts`)
    for (const { reason = '' } of attempts) check(reason.length > 10, `it says ${reason}`)
  },
  '`ChainedTokenCredential`': gets(
    (given) => new ChainedTokenCredential(new EnvironmentCredential(at(given, 'nothing')), withSecret(given)),
  ),
  async '`getBearerTokenProvider`'(given) {
    const credential = withSecret(given)
    const token = await getBearerTokenProvider(credential, newScope())()
    check(token.split('.').length === 3, 'what came is not a token')
    await credential.close()
  },
})

export const others: readonly Ability[] = [...identities, ...people, ...chains]
