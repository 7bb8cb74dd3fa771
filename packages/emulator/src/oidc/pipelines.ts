import { randomUUID } from 'node:crypto'
import { json } from '../http/answer.ts'
import type { RouteContext } from '../http/received-request.ts'
import { appVariables, type Federation, trustIssuer } from './federation.ts'
import type { JobTokenService } from './jobs.ts'

/** Which job, of which service connection. */
export interface PipelinesOptions {
  /** GUID of the service connection. */
  serviceConnectionId: string
  /** Default: a random one. */
  systemAccessToken?: string
  /** Default `contoso`. */
  organization?: string
  /** Default `fabrikam-fiber`. */
  project?: string
  /** The service connection's name. Default `azure`. */
  serviceConnection?: string
  /** An app, by name or client id, that gets a federated credential for this service connection. */
  app?: string
}

/** A job of Azure Pipelines that may ask for tokens. */
export interface PipelinesJob {
  /** `SYSTEM_OIDCREQUESTURI`. */
  readonly requestUri: string
  /** What `$(System.AccessToken)` is. */
  readonly systemAccessToken: string
  /** The id of its service connection. */
  readonly serviceConnectionId: string
  /** The `iss` of its tokens: the organization's. */
  readonly issuer: string
  /** `sc://{organization}/{project}/{serviceConnection}` */
  readonly subject: string
  /** The variables that the agent sets, and those of the task `AzureCLI@2` if an app is given. */
  readonly env: Record<string, string>
}

const exchangeAudience = 'api://AzureADTokenExchange'
const tokenLifetimeSeconds = 600

/** Starts a job; throws for an app that is not declared. */
export function pipelines(federation: Federation, options: PipelinesOptions): PipelinesJob {
  const { organization = 'contoso', project = 'fabrikam-fiber', serviceConnection = 'azure' } = options
  const { serviceConnectionId } = options
  const issuer = federation.issuers.named('pipelines').address
  const subject = `sc://${organization}/${project}/${serviceConnection}`
  const variables = appVariables(federation, options.app, 'pipelines')
  const job = federation.jobs.start({
    kind: 'pipelines',
    accessToken: options.systemAccessToken,
    subjects: { [serviceConnectionId.toLowerCase()]: subject, '': `p://${organization}/${project}/ci` },
    claims: {},
    defaultAudience: exchangeAudience,
  })
  trustIssuer(federation, options.app, { issuer, subject, audiences: [exchangeAudience] })
  const plan = `_apis/distributedtask/hubs/build/plans/${randomUUID()}`
  const requestUri = `${federation.url}/${organization}/${project}/${plan}/jobs/${job.id}/oidctoken`
  const { AZURE_CLIENT_ID: clientId, AZURE_TENANT_ID: tenantId } = variables
  return {
    requestUri,
    systemAccessToken: job.accessToken,
    serviceConnectionId,
    issuer,
    subject,
    env: {
      ...{ SYSTEM_OIDCREQUESTURI: requestUri, SYSTEM_ACCESSTOKEN: job.accessToken },
      ...(clientId && tenantId
        ? {
            AZURESUBSCRIPTION_CLIENT_ID: clientId,
            AZURESUBSCRIPTION_TENANT_ID: tenantId,
            AZURESUBSCRIPTION_SERVICE_CONNECTION_ID: serviceConnectionId,
          }
        : {}),
    },
  }
}

/**
 * `POST …/oidctoken` (https://learn.microsoft.com/rest/api/azure/devops/distributedtask/oidctoken/create). A request
 * without a valid token is redirected to a sign-in page, unless it suppresses that.
 */
export async function pipelinesToken({ request, service, params }: RouteContext<JobTokenService>): Promise<Response> {
  const { headers, query, origin } = request
  const job = service.jobs.authorised('pipelines', params.job ?? '', headers.authorization)
  if (job === undefined) {
    if (headers['x-tfs-fedauthredirect']?.toLowerCase() === 'suppress') return new Response(null, { status: 401 })
    return new Response(null, { status: 302, headers: { location: `${origin}/_signin` } })
  }
  if (!/^7\.[1-9]/.test(query['api-version'] ?? '')) {
    return fault(400, 'No api-version was supplied for the "POST" request. The version must be supplied.')
  }
  const connection = query.serviceConnectionId?.toLowerCase() ?? ''
  const subject = job.subjects[connection]
  if (subject === undefined) return fault(404, `The service connection ${connection} is not one of this job.`)
  const issuer = service.issuers.named('pipelines')
  return json({ oidcToken: await issuer.issue({ aud: job.defaultAudience, sub: subject }, tokenLifetimeSeconds) })
}

function fault(status: number, message: string): Response {
  return json({ $id: '1', innerException: null, message, errorCode: 0, eventId: 3000 }, { status })
}
