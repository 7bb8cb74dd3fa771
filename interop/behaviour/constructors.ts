import type { Row } from './row.ts'
import { nameOfError, says } from './seen.ts'
import { clientId, clientSecret, tenantId } from './token-service.ts'

const none = undefined as unknown as string

/** What constructors take, and what they throw. */
export const constructors: readonly Row[] = [
  {
    name: 'a secret without a tenant',
    see: ({ ClientSecretCredential }) => nameOfError(() => new ClientSecretCredential(none, clientId, clientSecret)),
    both: 'CredentialUnavailableError',
  },
  {
    name: 'a secret without a client id',
    see: ({ ClientSecretCredential }) => nameOfError(() => new ClientSecretCredential(tenantId, '', clientSecret)),
    both: 'CredentialUnavailableError',
  },
  {
    name: 'a secret credential without its secret',
    see: ({ ClientSecretCredential }) => nameOfError(() => new ClientSecretCredential(tenantId, clientId, none)),
    both: 'CredentialUnavailableError',
  },
  {
    name: 'the words for a missing argument, which some programs match',
    see: ({ ClientSecretCredential }) =>
      says(
        () => new ClientSecretCredential(none, clientId, clientSecret),
        'ClientSecretCredential: tenantId is a required parameter.',
        'https://aka.ms/azsdk/js/identity/serviceprincipalauthentication/troubleshoot',
      ),
    both: true,
  },
  {
    name: 'an assertion credential without a tenant',
    see: ({ ClientAssertionCredential }) =>
      nameOfError(() => new ClientAssertionCredential(none, clientId, async () => 'assertion')),
    both: 'CredentialUnavailableError',
  },
  {
    name: 'an assertion credential without its function',
    see: ({ ClientAssertionCredential }) =>
      nameOfError(() => new ClientAssertionCredential(tenantId, clientId, none as never)),
    both: 'CredentialUnavailableError',
  },
  {
    name: 'a certificate without a tenant',
    see: ({ ClientCertificateCredential }) =>
      nameOfError(() => new ClientCertificateCredential(none, clientId, '/app.pem')),
    peer: 'Error',
    ours: 'CredentialUnavailableError',
    onPurpose: '`ClientCertificateCredential` without a tenant',
  },
  {
    name: 'a certificate credential without its certificate',
    see: ({ ClientCertificateCredential }) =>
      nameOfError(() => new ClientCertificateCredential(tenantId, clientId, {} as never)),
    peer: 'Error',
    ours: 'TypeError',
    onPurpose: 'A malformed argument',
  },
  {
    name: 'a certificate and the path of one',
    see: ({ ClientCertificateCredential }) =>
      nameOfError(() => {
        const both = { certificate: 'PEM', certificatePath: '/app.pem' } as never
        return new ClientCertificateCredential(tenantId, clientId, both)
      }),
    peer: 'Error',
    ours: 'TypeError',
    onPurpose: 'A malformed argument',
  },
  {
    name: 'a user’s password without a client id',
    see: ({ UsernamePasswordCredential }) =>
      nameOfError(() => new UsernamePasswordCredential(tenantId, none, 'ada@contoso.example', 'password')),
    both: 'CredentialUnavailableError',
  },
  {
    name: 'a user without a password',
    see: ({ UsernamePasswordCredential }) =>
      nameOfError(() => new UsernamePasswordCredential(tenantId, clientId, 'ada@contoso.example', none)),
    both: 'CredentialUnavailableError',
  },
  {
    name: 'a service connection without its id',
    see: ({ AzurePipelinesCredential }) =>
      nameOfError(() => new AzurePipelinesCredential(tenantId, clientId, none, 'token of the job')),
    both: 'CredentialUnavailableError',
  },
  {
    name: 'a job outside of Azure Pipelines',
    see: ({ AzurePipelinesCredential }) =>
      nameOfError(() => new AzurePipelinesCredential(tenantId, clientId, 'connection', 'token-of-the-job')),
    both: 'CredentialUnavailableError',
  },
  {
    name: 'a workload outside of Kubernetes',
    see: ({ WorkloadIdentityCredential }) => nameOfError(() => new WorkloadIdentityCredential()),
    both: 'CredentialUnavailableError',
  },
  {
    name: 'a workload of which the token file alone is missing',
    see: ({ WorkloadIdentityCredential }) => nameOfError(() => new WorkloadIdentityCredential({ tenantId, clientId })),
    both: 'CredentialUnavailableError',
  },
  {
    name: 'on behalf of a user, without the user’s assertion',
    see: ({ OnBehalfOfCredential }) =>
      nameOfError(() => new OnBehalfOfCredential({ tenantId, clientId, clientSecret, userAssertionToken: none })),
    both: 'CredentialUnavailableError',
  },
  {
    name: 'on behalf of a user, without a way to authenticate the application',
    see: ({ OnBehalfOfCredential }) =>
      nameOfError(() => new OnBehalfOfCredential({ tenantId, clientId, userAssertionToken: 'token' } as never)),
    both: 'CredentialUnavailableError',
  },
  {
    name: 'on behalf of a user, without a tenant',
    see: ({ OnBehalfOfCredential }) =>
      nameOfError(
        () => new OnBehalfOfCredential({ tenantId: none, clientId, clientSecret, userAssertionToken: 'token' }),
      ),
    both: 'CredentialUnavailableError',
  },
  {
    name: 'a code without its redirect address',
    see: ({ AuthorizationCodeCredential }) =>
      nameOfError(() => new AuthorizationCodeCredential(tenantId, clientId, clientSecret, 'code', none)),
    peer: 'no error',
    ours: 'TypeError',
    onPurpose: '`AuthorizationCodeCredential` without a redirect URI',
  },
  {
    name: 'a tenant with a character that no tenant has',
    see: ({ ClientSecretCredential }) =>
      nameOfError(() => new ClientSecretCredential('contoso/evil', clientId, clientSecret)),
    peer: 'Error',
    ours: 'TypeError',
    onPurpose: 'A malformed argument',
  },
  {
    name: 'two identities for a managed identity',
    see: ({ ManagedIdentityCredential }) =>
      nameOfError(() => new ManagedIdentityCredential({ clientId, resourceId: '/subscriptions/1' } as never)),
    peer: 'Error',
    ours: 'TypeError',
    onPurpose: 'A malformed argument',
  },
  {
    name: 'a chain without members',
    see: ({ ChainedTokenCredential }) =>
      nameOfError(() => new ChainedTokenCredential().getToken('https://vault.azure.net/.default')),
    both: 'TypeError',
  },
  {
    name: 'a browser’s credential needs no options in a program',
    see: ({ InteractiveBrowserCredential }) => nameOfError(() => new InteractiveBrowserCredential({})),
    both: 'no error',
  },
  {
    name: 'a device code’s credential needs no arguments',
    see: ({ DeviceCodeCredential }) => nameOfError(() => new DeviceCodeCredential()),
    both: 'no error',
  },
  {
    name: 'the credentials of developer tools need no arguments',
    see: ({ AzureCliCredential, AzureDeveloperCliCredential, AzurePowerShellCredential }) =>
      nameOfError(() => [new AzureCliCredential(), new AzureDeveloperCliCredential(), new AzurePowerShellCredential()]),
    both: 'no error',
  },
  {
    name: 'a subscription with characters that none has',
    see: ({ AzureCliCredential }) => nameOfError(() => new AzureCliCredential({ subscription: 'a;b' })),
    peer: 'Error',
    ours: 'TypeError',
    onPurpose: 'A malformed argument',
  },
  {
    name: 'a workload’s credential outside of Kubernetes names what is missing',
    see: ({ WorkloadIdentityCredential }) => says(() => new WorkloadIdentityCredential({}), 'AZURE_CLIENT_ID'),
    both: true,
  },
  {
    name: 'the name of a class',
    see: (library) => [
      library.ClientSecretCredential.name,
      library.ClientCertificateCredential.name,
      library.DefaultAzureCredential.name,
    ],
    both: ['ClientSecretCredential', 'ClientCertificateCredential', 'DefaultAzureCredential'],
  },
  {
    name: 'a credential behind a proxy, as monitoring agents make',
    see: async ({ ClientSecretCredential }) => {
      const { tokenService, scope } = await import('./token-service.ts')
      const httpClient = tokenService()
      const credential = new ClientSecretCredential(tenantId, clientId, clientSecret, { httpClient })
      const { tokenType } = await new Proxy(credential, {}).getToken(scope)
      return tokenType
    },
    both: 'Bearer',
  },
]
