import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Row } from './row.ts'
import { nameOfError, pick, says, withVariables } from './seen.ts'
import { clientId, refusal, scope, tenantId, token, tokenService } from './token-service.ts'

const folder = mkdtempSync(join(tmpdir(), 'entrada-behaviour-'))
const tokenFilePath = join(folder, 'token')
writeFileSync(tokenFilePath, 'service.account.token\n')
const emptyFile = join(folder, 'empty')
writeFileSync(emptyFile, '')

const workload = {
  AZURE_TENANT_ID: tenantId,
  AZURE_CLIENT_ID: clientId,
  AZURE_FEDERATED_TOKEN_FILE: tokenFilePath,
}
const pipeline = { SYSTEM_OIDCREQUESTURI: 'https://dev.azure.example/contoso/oidctoken' }
const noConnection = { message: 'No service connection found with identifier connection.' }

/** Workloads of Kubernetes, jobs of Azure Pipelines, and assertions of one's own. */
export const federation: readonly Row[] = [
  {
    name: 'a workload’s token is read from the file that the variable names',
    see: ({ WorkloadIdentityCredential }) =>
      withVariables(workload, async () => {
        const httpClient = tokenService()
        await new WorkloadIdentityCredential({ httpClient }).getToken(scope)
        return httpClient.requests.map(({ path, form }) => [path, form.client_id, form.client_assertion])
      }),
    both: [[`/${tenantId}/oauth2/v2.0/token`, clientId, 'service.account.token']],
  },
  {
    name: 'a workload’s options win over the variables',
    see: ({ WorkloadIdentityCredential }) =>
      withVariables({ ...workload, AZURE_CLIENT_ID: 'another' }, async () => {
        const httpClient = tokenService()
        await new WorkloadIdentityCredential({ httpClient, tenantId, clientId, tokenFilePath }).getToken(scope)
        return httpClient.requests.map(({ form }) => form.client_id)
      }),
    both: [clientId],
  },
  {
    name: 'a workload whose token file is empty',
    see: ({ WorkloadIdentityCredential }) => {
      const options = { httpClient: tokenService(), tenantId, clientId, tokenFilePath: emptyFile }
      return nameOfError(() => new WorkloadIdentityCredential(options).getToken(scope))
    },
    peer: 'AuthenticationRequiredError',
    ours: 'CredentialUnavailableError',
    onPurpose: 'A token file that is missing',
  },
  {
    name: 'a workload whose token file is not there',
    see: ({ WorkloadIdentityCredential }) => {
      const options = { httpClient: tokenService(), tenantId, clientId, tokenFilePath: join(folder, 'missing') }
      return nameOfError(() => new WorkloadIdentityCredential(options).getToken(scope))
    },
    peer: 'AuthenticationRequiredError',
    ours: 'CredentialUnavailableError',
    onPurpose: 'A token file that is missing',
  },
  {
    name: 'a workload that Entra ID refuses',
    see: ({ WorkloadIdentityCredential }) => {
      const options = { httpClient: tokenService(refusal('invalid_client', 700213)), tenantId, clientId, tokenFilePath }
      return nameOfError(() => new WorkloadIdentityCredential(options).getToken(scope))
    },
    peer: 'AuthenticationRequiredError',
    ours: 'AuthenticationError',
    onPurpose: 'A wrong secret, a network failure, a 500',
  },
  {
    name: 'an assertion that is a rejected promise',
    see: ({ ClientAssertionCredential }) => {
      const failing = (): Promise<string> => Promise.reject(new RangeError('mine'))
      const credential = new ClientAssertionCredential(tenantId, clientId, failing, { httpClient: tokenService() })
      return nameOfError(() => credential.getToken(scope))
    },
    peer: 'AuthenticationRequiredError',
    ours: 'RangeError',
    onPurpose: 'What `getAssertion` throws',
  },
  {
    name: 'the request of a job’s OIDC token',
    see: ({ AzurePipelinesCredential }) =>
      withVariables(pipeline, async () => {
        const httpClient = tokenService({ body: { oidcToken: 'job.oidc.token' } }, token(), token())
        const credential = new AzurePipelinesCredential(tenantId, clientId, 'connection', 'job-token', { httpClient })
        await credential.getToken(scope).catch(() => undefined)
        const [request] = httpClient.requests
        return [request?.method, request?.host, request?.path, request?.query, request?.header('Authorization')]
      }),
    both: [
      'POST',
      'dev.azure.example',
      '/contoso/oidctoken',
      { 'api-version': '7.1', serviceConnectionId: 'connection' },
      'Bearer job-token',
    ],
  },
  {
    name: 'a job’s OIDC token is the assertion',
    see: ({ AzurePipelinesCredential }) =>
      withVariables(pipeline, async () => {
        const oidc = { body: { oidcToken: 'job.oidc.token' } }
        const isOidc = (host: string): boolean => host.startsWith('dev.')
        const answer = ({ host }: { host: string }) => (isOidc(host) ? oidc : token())
        const httpClient = tokenService(answer, answer, answer)
        const credential = new AzurePipelinesCredential(tenantId, clientId, 'connection', 'job-token', { httpClient })
        await credential.getToken(scope)
        return httpClient.requests.filter(({ host }) => !isOidc(host)).map(({ form }) => form.client_assertion)
      }),
    both: ['job.oidc.token'],
  },
  {
    name: 'a service connection that is not there',
    see: ({ AzurePipelinesCredential }) =>
      withVariables(pipeline, () => {
        const httpClient = tokenService({ status: 404, body: noConnection })
        const credential = new AzurePipelinesCredential(tenantId, clientId, 'connection', 'job-token', { httpClient })
        return nameOfError(() => credential.getToken(scope))
      }),
    both: 'AuthenticationError',
  },
  {
    name: 'the platform’s own words about a service connection that is not there',
    see: ({ AzurePipelinesCredential }) =>
      withVariables(pipeline, () => {
        const httpClient = tokenService({ status: 404, body: noConnection })
        const credential = new AzurePipelinesCredential(tenantId, clientId, 'connection', 'job-token', { httpClient })
        return says(() => credential.getToken(scope), 'No service connection found with identifier connection.')
      }),
    both: true,
  },
  {
    name: 'what the platform’s support asks for is in the message',
    see: ({ AzurePipelinesCredential }) =>
      withVariables(pipeline, () => {
        const httpClient = tokenService({ status: 404, headers: { 'x-vss-e2eid': 'e2e-1' }, body: noConnection })
        const credential = new AzurePipelinesCredential(tenantId, clientId, 'connection', 'job-token', { httpClient })
        return says(() => credential.getToken(scope), 'e2e-1')
      }),
    both: true,
  },
  {
    name: 'an answer of the platform without a token',
    see: ({ AzurePipelinesCredential }) =>
      withVariables(pipeline, () => {
        const httpClient = tokenService({ body: {} })
        const credential = new AzurePipelinesCredential(tenantId, clientId, 'connection', 'job-token', { httpClient })
        return nameOfError(() => credential.getToken(scope))
      }),
    both: 'AuthenticationError',
  },
  {
    name: 'a workload’s request has the scope as it was given',
    see: async ({ WorkloadIdentityCredential }) => {
      const httpClient = tokenService()
      await new WorkloadIdentityCredential({ httpClient, tenantId, clientId, tokenFilePath }).getToken(scope)
      return pick(httpClient.requests[0]?.form, 'scope', 'grant_type')
    },
    both: { scope, grant_type: 'client_credentials' },
  },
]
