import { type Case, file, pod } from './stage.ts'

const issue = (path: string): string => `https://github.com/${path}`

/** A pod whose refusal is of the older form, in which one code stands for all three claims. */
function oldRefusal(issuer: string, subject: string): object {
  const description = `AADSTS70021: No matching federated identity record found for presented assertion. Assertion Issuer: '${issuer}'. Assertion Subject: '${subject}'. Assertion Audience: 'api://AzureADTokenExchange'. https://docs.microsoft.com/en-us/azure/active-directory/develop/workload-identity-federation`
  return { error: 'invalid_request', error_description: description, error_codes: [70021] }
}

/** More of what other people had, written down from public threads after the doctor was mended, and before it was run on them. */
export const laterCases: readonly Case[] = [
  {
    name: 'a tenant of the Chinese cloud, asked for in the public one',
    source: issue('sjkp/letsencrypt-siteextension/issues/108'),
    code: 'tenant-not-found',
    not: 'tenant-malformed',
    prepare: ({ variables }) => ({ env: { ...variables, AZURE_TENANT_ID: 'myazuretenant.onmschina.cn' } }),
  },
  {
    name: 'a slash at the end of the issuer, refused in the older form',
    source: issue('Azure/azure-saas/issues/239'),
    code: 'federation-issuer',
    not: 'federation-subject',
    prepare: async (stage) => {
      const trusted = { name: 'main', issuer: '', subject: '', audiences: ['api://AzureADTokenExchange'] }
      const env = await pod(stage, (one) => {
        Object.assign(trusted, { issuer: `${one.issuer}/`, subject: one.subject })
        return one
      })
      stage.emulator.faults.always({ status: 400, body: oldRefusal(trusted.issuer.slice(0, -1), trusted.subject) })
      return { env, args: ['--trusts', await file(stage, 'trusts.json', JSON.stringify([trusted]))] }
    },
  },
  {
    name: 'a cluster whose OIDC issuer is not enabled',
    source: issue('Azure/azure-workload-identity/issues/616'),
    code: 'federation-issuer',
    not: 'federation-audience',
    prepare: async (stage) => ({
      env: await pod(stage, (one) => ({ ...one, issuer: 'https://oidc.prod-aks.azure.com/78f9c33e/' })),
    }),
  },
  {
    name: 'a service account whose name is cut short in the federated credential',
    source: issue('Azure/AKS/issues/4228'),
    code: 'federation-subject',
    not: 'federation-case',
    prepare: async (stage) => {
      const trusted = { name: 'cloud', issuer: '', subject: '', audiences: ['api://AzureADTokenExchange'] }
      const env = await pod(stage, (one) => {
        Object.assign(trusted, { issuer: one.issuer, subject: `${one.subject}-rpcloud` })
        return { ...one, subject: trusted.subject }
      })
      return { env, args: ['--trusts', await file(stage, 'trusts.json', JSON.stringify({ value: [trusted] }))] }
    },
  },
  {
    name: 'a subject with the numbers of owner and repository, as the portal makes it now',
    source: issue('Azure/login/issues/617'),
    code: 'federation-subject',
    not: 'federation-case',
    prepare: (stage) => {
      const { emulator } = stage
      const started = emulator.githubActions({ repository: 'acme/shop', environment: 'production', app: 'app' })
      const subject = 'repo:acme@123456789/shop@987654321:environment:production'
      emulator.updateApp('app', { secrets: [], federatedCredentials: [{ issuer: started.issuer, subject }] })
      return { env: started.env, args: ['--credential', 'GitHubActionsCredential'] }
    },
  },
  {
    name: 'an API that is not registered in the tenant',
    source: issue('Azure-Samples/azure-search-openai-demo/issues/1969'),
    code: 'resource-not-found',
    not: 'app-not-found',
    prepare: ({ variables }) => ({ env: variables, args: ['--scope', 'api://1234-1234-1234-1234-1234/.default'] }),
  },
  {
    name: 'a virtual machine with several identities, none of which is named',
    source: issue('Azure/azure-sdk-for-python/issues/36365'),
    code: 'identity-not-named',
    not: 'does not have',
    prepare: async ({ emulator }) => {
      const { env } = await emulator.managedIdentity({ host: 'imds', identities: [{ name: 'one' }, { name: 'two' }] })
      return { env }
    },
  },
  {
    name: 'a gateway in front of the metadata service (502)',
    source:
      'https://github.com/Azure/azure-sdk-for-js/blob/main/sdk/identity/identity/TROUBLESHOOTING.md#azure-virtual-machine-managed-identity',
    code: 'service-unavailable',
    not: 'identity-not-assigned',
    prepare: async ({ emulator }) => {
      const { env } = await emulator.managedIdentity({ host: 'imds' })
      emulator.faults.always({ path: /metadata/, status: 502 })
      return { env }
    },
  },
  {
    name: 'an empty token presented as an assertion (AADSTS50027)',
    source: issue('microsoft/ebpf-for-windows/pull/2867'),
    code: 'federated-token-malformed',
    not: 'federation-',
    prepare: async (stage) => ({
      env: { ...(await pod(stage)), AZURE_FEDERATED_TOKEN_FILE: await file(stage, 'token', 'undefined') },
    }),
  },
  {
    name: 'an input of an editor that was not filled in',
    source: issue('Azure/azure-mcp/issues/53'),
    code: 'variable-placeholder',
    not: 'app-not-found',
    prepare: () => ({
      env: {
        AZURE_CLIENT_ID: `\${input:azure_client_id}`,
        AZURE_CLIENT_SECRET: `\${input:azure_client_secret}`,
        AZURE_TENANT_ID: `\${input:azure_tenant_id}`,
      },
    }),
  },
]
