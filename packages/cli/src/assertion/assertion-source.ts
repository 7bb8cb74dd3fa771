import { readFile, stat } from 'node:fs/promises'
import type { EntradaCredential } from 'entrada'
import { Failure } from '../framework/failure.ts'
import { type RequestedToken, requestToken } from './platform-request.ts'

/** A token to present as an assertion. In milliseconds since the epoch. */
interface Assertion {
  token: string
  expiresOnTimestamp: number
}

/** Gets a token to present as an assertion, whose audience is this. */
export type AssertionSource = (audience: string, signal: AbortSignal) => Promise<Assertion>

type Environment = Readonly<Record<string, string | undefined>>

export interface AssertionParts {
  credential: Pick<EntradaCredential, 'name' | 'getToken'>
  env: Environment
  /** Milliseconds since the epoch. */
  now(): number
}

/**
 * Where a credential's assertions come from: a managed identity gives them itself; those that exchange a token of a platform
 * have it from a file, GitHub Actions or Azure Pipelines. The default chain is taken for the first of these that the environment
 * has. `undefined` for a credential that has no assertion to give.
 */
export function assertionSource({ credential, env, now }: AssertionParts): AssertionSource | undefined {
  const isChain = /^(DefaultAzure|ChainedToken)Credential$/.test(credential.name)
  const isOrHas = (name: string, ...variables: string[]): boolean =>
    credential.name === name || (isChain && variables.every((variable) => env[variable]))
  if (isOrHas('WorkloadIdentityCredential', 'AZURE_FEDERATED_TOKEN_FILE')) {
    return (audience) => fromFile(env.AZURE_FEDERATED_TOKEN_FILE, audience)
  }
  if (isOrHas('GitHubActionsCredential', 'ACTIONS_ID_TOKEN_REQUEST_URL', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN')) {
    return (audience, signal) => fromPlatform(gitHubRequest(env, audience), signal)
  }
  if (isOrHas('AzurePipelinesCredential', 'SYSTEM_OIDCREQUESTURI', 'SYSTEM_ACCESSTOKEN', serviceConnection)) {
    return (audience, signal) => fromPlatform(pipelinesRequest(env), signal, audience)
  }
  if (
    isOrHas('ManagedIdentityCredential', 'IDENTITY_ENDPOINT') ||
    isOrHas('ManagedIdentityCredential', 'MSI_ENDPOINT')
  ) {
    return async (audience, abortSignal) => credential.getToken(`${audience}/.default`, { abortSignal })
  }
  return undefined

  async function fromPlatform(request: RequestedToken, signal: AbortSignal, audience?: string): Promise<Assertion> {
    const assertion = dated(await requestToken(request, signal), request.what)
    if (audience !== undefined) checkAudience(assertion.token, audience, request.what)
    if (assertion.expiresOnTimestamp <= now()) throw new Failure(`${request.what} gave a token that has ended.`)
    return assertion
  }
}

/** The variable that Azure's task for Pipelines sets: whose service connection the token is for. */
const serviceConnection = 'AZURESUBSCRIPTION_SERVICE_CONNECTION_ID'

/** https://docs.github.com/actions/reference/security/oidc */
function gitHubRequest(env: Environment, audience: string): RequestedToken {
  const url = new URL(needed(env, 'ACTIONS_ID_TOKEN_REQUEST_URL', 'id-token: write among the job’s permissions'))
  url.searchParams.set('audience', audience)
  const bearer = needed(env, 'ACTIONS_ID_TOKEN_REQUEST_TOKEN', 'id-token: write among the job’s permissions')
  return { what: 'GitHub Actions', method: 'GET', url, bearer, field: 'value' }
}

/** https://learn.microsoft.com/rest/api/azure/devops/distributedtask/oidctoken/create */
function pipelinesRequest(env: Environment): RequestedToken {
  const url = new URL(needed(env, 'SYSTEM_OIDCREQUESTURI', 'a task with an Azure service connection'))
  url.searchParams.set('api-version', '7.1')
  url.searchParams.set('serviceConnectionId', needed(env, serviceConnection, 'a task with an Azure service connection'))
  const bearer = needed(env, 'SYSTEM_ACCESSTOKEN', 'SYSTEM_ACCESSTOKEN: $(System.AccessToken) in the task’s env')
  return { what: 'Azure Pipelines', method: 'POST', url, bearer, field: 'oidcToken' }
}

function needed(env: Environment, name: string, remedy: string): string {
  const value = env[name]?.trim()
  if (value) return value
  throw new Failure(`${name} is not set.`, { remedy: `It takes ${remedy}.` })
}

/** No token is near this, in bytes. */
const longestFile = 64 * 1024

async function fromFile(path: string | undefined, audience: string): Promise<Assertion> {
  if (!path)
    throw new Failure('AZURE_FEDERATED_TOKEN_FILE is not set.', {
      remedy: 'It names the file that the platform writes.',
    })
  const file = await stat(path).catch(() => undefined)
  if (!file?.isFile() || file.size > longestFile) {
    throw new Failure(`${path} is not a file with a token.`, { remedy: 'Correct AZURE_FEDERATED_TOKEN_FILE.' })
  }
  const assertion = dated((await readFile(path, 'utf8')).trim(), path)
  checkAudience(assertion.token, audience, path)
  return assertion
}

/** A token, with the end that it states. */
function dated(token: string, from: string): Assertion {
  const { exp } = claims(token)
  if (typeof exp !== 'number') throw new Failure(`${from} has no JSON Web Token with an end.`)
  return { token, expiresOnTimestamp: exp * 1000 }
}

function checkAudience(token: string, audience: string, from: string): void {
  const { aud } = claims(token)
  if ([aud].flat().includes(audience)) return
  const shown = JSON.stringify(aud)?.slice(0, 200)
  throw new Failure(`The token of ${from} is for the audience ${shown}, and not for ${JSON.stringify(audience)}.`, {
    remedy: 'Ask for that audience.',
  })
}

function claims(token: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))) as Record<
      string,
      unknown
    >
  } catch {
    return {}
  }
}
