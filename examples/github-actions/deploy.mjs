// What a job of GitHub Actions, GitLab or Azure Pipelines runs: it gets a token without any secret.
import { AzurePipelinesCredential, ClientAssertionCredential, GitHubActionsCredential } from 'entrada'

const { AZURE_TENANT_ID: tenantId = '', AZURE_CLIENT_ID: clientId = '', AZURE_ID_TOKEN } = process.env
const { SYSTEM_ACCESSTOKEN = '', AZURE_SERVICE_CONNECTION_ID = '' } = process.env

/** By the platform that runs the job. */
function credentialOfJob() {
  if (process.env.ACTIONS_ID_TOKEN_REQUEST_URL) return new GitHubActionsCredential({ tenantId, clientId })
  if (process.env.SYSTEM_OIDCREQUESTURI) {
    return new AzurePipelinesCredential(tenantId, clientId, AZURE_SERVICE_CONNECTION_ID, SYSTEM_ACCESSTOKEN)
  }
  if (AZURE_ID_TOKEN) return new ClientAssertionCredential(tenantId, clientId, () => AZURE_ID_TOKEN)
  throw new Error('This is no job of GitHub Actions, Azure Pipelines or GitLab.')
}

const credential = credentialOfJob()
const { credential: by } = await credential.getTokenInfo('https://management.azure.com/.default')
console.log(`Signed in by ${by}`)
await credential.close()
