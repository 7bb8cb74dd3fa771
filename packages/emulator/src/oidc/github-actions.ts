import { json, plainError } from '../http/answer.ts'
import type { RouteContext } from '../http/received-request.ts'
import { appVariables, type Federation, trustIssuer } from './federation.ts'
import type { JobTokenService } from './jobs.ts'

/** What the workflow runs for: a branch, a tag or an environment. */
export type GitHubActionsOptions = {
  /** `owner/name` */
  repository: string
  /** Audience of the app's federated credential. Default `api://AzureADTokenExchange`. */
  audience?: string
  /** An app, by name or client id, that gets a federated credential for this workflow. */
  app?: string
} & (
  | {
      /** The branch or tag, such as `refs/heads/main`. */
      ref: string
      /** The environment that the job deploys to, in place of a `ref`. */
      environment?: never
    }
  | {
      /** The environment that the job deploys to, in place of a `ref`. */
      environment: string
      /** The branch or tag, such as `refs/heads/main`. */
      ref?: never
    }
)

/** A workflow with `permissions: id-token: write`. */
export interface GitHubActionsJob {
  /** The `iss` of its tokens. */
  readonly issuer: string
  /** `repo:{owner}/{name}:ref:{ref}` or `repo:{owner}/{name}:environment:{environment}` */
  readonly subject: string
  /** What the runner sets, with the app's ids when one is given. */
  readonly env: Record<string, string>
}

const tokenLifetimeSeconds = 300

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
export async function githubToken({ request, service, params }: RouteContext<JobTokenService>): Promise<Response> {
  const job = service.jobs.authorised('github', params.job ?? '', request.headers.authorization)
  if (job === undefined) return plainError(401, 'unauthorized', 'The request token does not belong to this job.')
  const claims = { ...job.claims, aud: request.query.audience || job.defaultAudience, sub: job.subjects[''] }
  const value = await service.issuers.named('github').issue(claims, tokenLifetimeSeconds)
  return json({ count: value.length, value })
}
