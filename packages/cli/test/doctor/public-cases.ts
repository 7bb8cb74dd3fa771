import { type Case, file, job, pod, proxy, tool, withCertificate } from './stage.ts'

const guide = 'https://github.com/Azure/azure-sdk-for-js/blob/main/sdk/identity/identity/TROUBLESHOOTING.md'
const issue = (path: string): string => `https://github.com/${path}`

/**
 * Thirty misconfigurations that other people had, with the cause that the page or the thread gives. They were written down
 * from there before the doctor was run on them.
 */
export const publicCases: readonly Case[] = [
  {
    name: 'client id and secret, and no tenant',
    source: `${guide}#troubleshoot-environment-credential-authentication-issues`,
    code: 'environment-incomplete',
    not: 'az login',
    prepare: ({ variables: { AZURE_TENANT_ID: _, ...rest } }) => ({ env: rest }),
  },
  {
    name: 'a tenant alone, and nobody is signed in to anything',
    source: issue('Azure-Samples/azure-search-openai-demo/issues/279'),
    code: 'no-credential',
    not: 'secret-',
    prepare: ({ variables: { AZURE_TENANT_ID = '' } }) => ({ env: { AZURE_TENANT_ID } }),
  },
  {
    name: 'a secret that the app does not have',
    source: `${guide}#client-secret-credential-issues`,
    code: 'secret-wrong',
    not: 'expired',
    prepare: ({ variables }) => ({
      env: { ...variables, AZURE_CLIENT_SECRET: 'abc8Q~not.the.secret-of-this-app_0123456' },
    }),
  },
  {
    name: 'the id of the secret in place of its value',
    source: issue('formbricks/formbricks/issues/2879'),
    code: 'secret-is-id',
    not: 'expired',
    prepare: ({ variables }) => ({
      env: { ...variables, AZURE_CLIENT_SECRET: '86be4c01-505b-45e9-bfc0-9b825fd84aaa' },
    }),
  },
  {
    name: 'a secret that has expired',
    source: `${guide}#client-secret-credential-issues`,
    code: 'secret-expired',
    not: 'secret-wrong',
    prepare: ({ emulator, variables }) => {
      const { AZURE_CLIENT_SECRET: value = '' } = variables
      emulator.updateApp('app', { secrets: [{ value, expiresAt: '2024-01-01' }] })
      return { env: variables }
    },
  },
  {
    name: 'an application that the tenant does not have',
    source: `${guide}#client-secret-credential-issues`,
    code: 'app-not-found',
    not: 'tenant-not-found',
    prepare: ({ variables }) => ({ env: { ...variables, AZURE_CLIENT_ID: '99999999-9999-4999-8999-999999999999' } }),
  },
  {
    name: 'the placeholder of a quickstart as the application',
    source: issue('AzureADQuickStarts/AppModelv2-WebApp-OpenIDConnect-DotNet/issues/50'),
    code: 'variable-placeholder',
    not: 'app-not-found',
    prepare: ({ variables }) => ({ env: { ...variables, AZURE_CLIENT_ID: 'Enter_the_Application_Id_here' } }),
  },
  {
    name: 'the three values of an example, as they stand',
    source: issue('CDCgov/cfa_azure/issues/221'),
    code: 'variable-placeholder',
    not: 'tenant-malformed',
    prepare: ({ variables }) => ({
      env: {
        ...variables,
        AZURE_TENANT_ID: 'your-tenant-id',
        AZURE_CLIENT_ID: 'your-client-id',
        AZURE_CLIENT_SECRET: 'your-client-secret',
      },
    }),
  },
  {
    name: 'a tenant that this cloud does not know',
    source: issue('Azure/azure-cli/issues/22145'),
    code: 'tenant-not-found',
    not: 'app-not-found',
    prepare: ({ variables }) => ({ env: { ...variables, AZURE_TENANT_ID: '2b0623dd-90fa-4c5c-bee8-8dc18bd4d948' } }),
  },
  {
    name: 'a container that cannot resolve names',
    source: issue('Azure/azure-sdk-for-python/issues/21820'),
    code: 'dns-failed',
    not: 'secret',
    prepare: ({ variables }) => ({ env: { ...variables, AZURE_AUTHORITY_HOST: 'https://login.entra.invalid' } }),
  },
  {
    name: 'a proxy that wants a password (407)',
    source: issue('Azure/azure-cli/issues/25126'),
    code: 'proxy-authentication',
    not: 'dns-failed',
    prepare: async ({ variables: { AZURE_AUTHORITY_HOST: _, ...rest } }) => ({
      env: { ...rest, HTTPS_PROXY: await proxy(407) },
    }),
  },
  {
    name: 'all_proxy of a security tool that forbids the host (403)',
    source: issue('Azure/azure-cli/issues/14812'),
    code: 'proxy-refused',
    not: 'proxy-authentication',
    prepare: async ({ variables: { AZURE_AUTHORITY_HOST: _, ...rest } }) => ({
      env: { ...rest, all_proxy: (await proxy(403)).replace('http://', '') },
    }),
  },
  {
    name: 'a proxy that looks into TLS with an authority of its own',
    source: issue('microsoft/vscode-azureresourcegroups/issues/1536'),
    code: 'tls-issuer-unknown',
    not: 'tls-certificate-expired',
    prepare: ({ variables, untrusted }) => ({ env: { ...variables, AZURE_AUTHORITY_HOST: untrusted.url } }),
  },
  {
    name: 'a federated credential for an environment, and a job without one',
    source: issue('Azure/login/issues/379'),
    code: 'federation-subject',
    not: 'federation-issuer',
    prepare: (stage) => ({
      env: job(stage, (trusted) => ({ ...trusted, subject: 'repo:contoso/shop:environment:test-slot' })),
    }),
  },
  {
    name: 'a subject in other capitals than the federated credential',
    source: issue('Azure/login/issues/515'),
    code: 'federation-case',
    not: 'federation-subject',
    prepare: (stage) => ({
      env: job(stage, (trusted) => ({ ...trusted, subject: trusted.subject.replace('contoso', 'Contoso') })),
    }),
  },
  {
    name: 'an issuer with a slash at its end in the federated credential',
    source: issue('MicrosoftDocs/azure-docs/pull/97700'),
    code: 'federation-issuer',
    not: 'federation-subject',
    prepare: (stage) => ({ env: job(stage, (trusted) => ({ ...trusted, issuer: `${trusted.issuer}/` })) }),
  },
  {
    name: 'the issuer of another cluster in the federated credential',
    source: issue('Azure/azure-workload-identity/issues/1200'),
    code: 'federation-issuer',
    not: 'federation-audience',
    prepare: async (stage) => ({
      env: await pod(stage, (trusted) => ({ ...trusted, issuer: 'https://oidc.prod-aks.azure.com/879-a6425/' })),
    }),
  },
  {
    name: 'a pod without the webhook’s token file',
    source: issue('Azure/AppConfiguration-KubernetesProvider/issues/14'),
    code: 'federated-token-file-not-set',
    not: 'secret',
    prepare: ({ variables: { AZURE_CLIENT_SECRET: _, ...ids } }) => ({
      env: { ...ids, KUBERNETES_SERVICE_HOST: '10.0.0.1' },
      args: ['--credential', 'WorkloadIdentityCredential'],
    }),
  },
  {
    name: 'a virtual machine that does not have the identity of AZURE_CLIENT_ID',
    source: issue('Azure/azure-sdk-for-net/issues/37278'),
    code: 'identity-not-assigned',
    not: 'identity-host-unreachable',
    prepare: async ({ emulator }) => {
      const { env } = await emulator.managedIdentity({ host: 'imds', identities: ['system'] })
      return { env: { ...env, AZURE_CLIENT_ID: '99999999-9999-4999-8999-999999999999' } }
    },
  },
  {
    name: 'a function app with one user-assigned identity alone, which nobody named',
    source: issue('Azure/azure-functions-host/issues/8037'),
    code: 'identity-not-assigned',
    not: 'identity-host-unreachable',
    prepare: async ({ emulator }) => {
      const { env } = await emulator.managedIdentity({ host: 'app-service', identities: [{ name: 'user' }] })
      return { env }
    },
  },
  {
    name: 'a web app whose AZURE_CLIENT_ID is of no identity that it has',
    source: issue('Azure-Samples/azure-search-openai-demo/issues/2148'),
    code: 'identity-not-assigned',
    not: 'app-not-found',
    prepare: async ({ emulator }) => {
      const { env } = await emulator.managedIdentity({ host: 'app-service', identities: ['system', { name: 'user' }] })
      return { env: { ...env, AZURE_CLIENT_ID: '99999999-9999-4999-8999-999999999999' } }
    },
  },
  {
    name: 'Cloud Shell, asked for a user-assigned identity',
    source: issue('Azure/azure-sdk-for-python/issues/36438'),
    code: 'identity-not-supported',
    not: 'identity-host-unreachable',
    prepare: async ({ emulator }) => {
      const { env } = await emulator.managedIdentity({ host: 'cloud-shell' })
      return {
        env: { ...env, AZURE_CLIENT_ID: '99999999-9999-4999-8999-999999999999' },
      }
    },
  },
  {
    name: 'the Azure CLI, which is not installed',
    source: `${guide}#troubleshoot-azure-cli-authentication-issues`,
    code: 'tool-not-found',
    not: 'tool-not-signed-in',
    prepare: () => ({ env: {}, args: ['--credential', 'AzureCliCredential'] }),
  },
  {
    name: 'the Azure CLI, to which nobody is signed in',
    source: `${guide}#troubleshoot-azure-cli-authentication-issues`,
    code: 'tool-not-signed-in',
    not: 'tool-not-found',
    prepare: async (stage) => ({
      env: { PATH: await tool(stage, 'az', { code: 1, errors: "ERROR: Please run 'az login' to setup account.\n" }) },
    }),
  },
  {
    name: 'a certificate file that is not PEM',
    source: `${guide}#client-certificate-credential-issues`,
    code: 'certificate-unreadable',
    not: 'certificate-not-registered',
    prepare: async (stage) => {
      const { AZURE_CLIENT_SECRET: _, ...ids } = stage.variables
      return {
        env: { ...ids, AZURE_CLIENT_CERTIFICATE_PATH: await file(stage, 'app.cer', 'not a certificate at all') },
      }
    },
  },
  {
    name: 'a user with a wrong password',
    source: `${guide}#troubleshoot-username-and-password-authentication-issues`,
    code: 'password-wrong',
    not: 'secret-wrong',
    prepare: ({ emulator, variables: { AZURE_CLIENT_SECRET: _, ...ids } }) => {
      emulator.updateApp('app', { publicClient: true })
      return { env: { ...ids, AZURE_USERNAME: 'ada@contoso.onmicrosoft.com', AZURE_PASSWORD: 'not-hers' } }
    },
  },
  {
    name: 'a scope of a service that the tenant does not know',
    source: issue('Azure/azure-cli/issues/29113'),
    code: 'resource-not-found',
    not: 'tenant-not-found',
    prepare: ({ emulator, variables }) => {
      // The emulator takes any https address for a resource.
      emulator.updateApp('app', { refuse: 500011 })
      return { env: variables, args: ['--scope', 'https://dps.azure-devices-provisioning.example/.default'] }
    },
  },
  {
    name: 'a certificate that the app does not have',
    source: issue('AzureAD/microsoft-authentication-library-for-js/issues/8339'),
    code: 'certificate-not-registered',
    not: 'certificate-expired',
    prepare: async (stage) => ({ env: await withCertificate(stage, { isRegistered: false }) }),
  },
  {
    name: 'the clock of WSL, hours behind after the laptop slept',
    source: issue('mohamedsaif/IntelligentExperiences.OnContainers/pull/1'),
    code: 'clock-skew',
    not: 'assertion-out-of-time',
    prepare: async (stage) => ({
      env: await withCertificate(stage, { notBefore: new Date(Date.now() - 40 * 86_400_000) }),
      world: { now: () => Date.now() - 9 * 3_600_000 },
    }),
  },
  {
    name: 'a GitHub job without the permission id-token: write',
    source: issue('microsoft/ebpf-for-windows/pull/2867'),
    code: 'oidc-permission-missing',
    not: 'federation-',
    prepare: ({ variables: { AZURE_CLIENT_SECRET: _, ...ids } }) => ({
      env: { ...ids, GITHUB_ACTIONS: 'true', AZURE_TOKEN_CREDENTIALS: 'GitHubActionsCredential' },
    }),
  },
]
