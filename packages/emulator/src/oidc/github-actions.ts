import { json } from '../json-response.ts'
import { plainError } from '../plain-error.ts'
import type { RouteContext } from '../service.ts'
import { appVariables, type Federation, trustIssuer } from './federation.ts'

/** What the workflow runs for, a branch or tag, or an environment. */
export type GitHubActionsOptions = {
  /** `owner/name` */
  repository: string
  /** Audience of the app's federated credential. Default `api://AzureADTokenExchange`. */
  audience?: string
  /** An app, by name or client id, to give a federated credential for this workflow. */
  app?: string
} & ({ ref: string; environment?: never } | { environment: string; ref?: never })

/** A workflow with `permissions: id-token: write`. */
export interface GitHubActionsJob {
  readonly issuer: string
  /** `repo:{owner}/{name}:ref:{ref}` or `repo:{owner}/{name}:environment:{environment}` */
  readonly subject: string
  /** What the runner sets, with the app's ids when one is given. */
  readonly env: Record<string, string>
}

const LIFETIME_SECONDS = 300

/** Starts a workflow's job; throws for an app that is not declared. */
export function githubActions(federation: Federation, options: GitHubActionsOptions): GitHubActionsJob {
  const { repository, ref, environment, audience = 'api://AzureADTokenExchange', app } = options
  const issuer = federation.issuers.named('github').address
  const subject = `repo:${repository}:${environment === undefined ? `ref:${ref}` : `environment:${environment}`}`
  const variables = appVariables(federation, app, 'githubActions')
  const [owner = ''] = repository.split('/')
  const job = federation.jobs.start({
    kind: 'github',
    accessToken: undefined,
    subjects: { '': subject },
    claims: { repository, repository_owner: owner, ref: ref ?? 'refs/heads/main', ...(environment && { environment }) },
    defaultAudience: `https://github.com/${owner}`,
  })
  trustIssuer(federation, app, { issuer, subject, audiences: [audience] })
  return {
    issuer,
    subject,
    env: {
      ...variables,
      ACTIONS_ID_TOKEN_REQUEST_URL: `${federation.url}/oidc/github/idtoken/${job.id}?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: job.accessToken,
    },
  }
}

/** `GET` the request URL with `&audience=…` (https://docs.github.com/actions/reference/security/oidc). */
export async function githubToken({ request, service, params }: RouteContext): Promise<Response> {
  const job = service.jobs.authorised('github', params.job ?? '', request.headers.authorization)
  if (job === undefined) return plainError(401, 'unauthorized', 'The request token is not that of this job.')
  const claims = { ...job.claims, aud: request.query.audience || job.defaultAudience, sub: job.subjects[''] }
  const value = await service.issuers.named('github').issue(claims, LIFETIME_SECONDS)
  return json({ count: value.length, value })
}
