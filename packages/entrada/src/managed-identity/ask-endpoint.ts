import { AuthenticationError } from '../errors.ts'
import type { Emit } from '../events.ts'
import type { Http } from '../http/client.ts'
import { HttpFailure } from '../http/failure.ts'
import { resourceOf } from '../oauth/resource.ts'
import { builtin } from '../runtime/builtin.ts'
import { secretForm } from '../runtime/quoted.ts'
import type { IssuedToken } from '../types.ts'
import { badAnswer, isEmpty, refusal, unreachable } from './host-error.ts'
import type { ManagedIdentityId } from './identity.ts'
import type { HostAnswer, IdentityEndpoint } from './identity-endpoint.ts'
import { sharedLimit } from './limit.ts'
import { readAnswer } from './read-answer.ts'

export interface EndpointRequest {
  /** Name of the credential, with which every message begins. */
  credential: string
  endpoint: IdentityEndpoint
  id: ManagedIdentityId | undefined
  scope: string
  /** Set if the token was revoked; holds that token if it is known. */
  revocation?: { token: string | undefined } | undefined
  http: Http
  /**
   * Identifies the transport, because the limit on concurrent requests is kept per transport: everything that shares a
   * transport passes the same object.
   */
  transport: object
  now: () => number
  emit: Emit
  /** Called if a valid token has expired by this machine's clock. */
  onClockAhead(message: string): void
  signal: AbortSignal
}

/**
 * Requests a token from a host. Rejects with `CredentialUnavailableError` if there is no such host or identity, and
 * with `AuthenticationError` for any other refusal, or for a token of a different identity or for a different resource.
 */
export async function askEndpoint(request: EndpointRequest): Promise<IssuedToken> {
  const { credential, endpoint, id = endpoint.usualId, scope } = request
  const resource = resourceOf(scope)
  const answer = await send(request, resource)
  if (answer.status !== 200) {
    // A secret that was given in place of the id is repeated by the host.
    const misplaced = id !== undefined && secretForm.test(id.value) ? [id.value] : []
    const secrets = [...endpoint.secrets, ...(answer.secrets ?? []), ...misplaced]
    throw refusal(credential, { ...endpoint, secrets }, answer)
  }
  const date = answer.header('date')
  const read = readAnswer(answer.text, {
    id,
    resource,
    requestedAt: answer.sentAt,
    date,
    onClockAhead: request.onClockAhead,
  })
  if ('token' in read) return { ...read.token, issuedAt: answer.sentAt, issuedMoment: answer.sentMoment }
  if ('malformed' in read) throw badAnswer(credential, endpoint, answer.text, read.malformed)
  const remedy = 'The token is not used. Check which identities are assigned here.'
  const problem = { who: credential, reason: `${endpoint.label} returned ${read.mismatch}.`, remedy }
  throw new AuthenticationError(200, { error: 'identity_mismatch' }, problem)
}

async function send(request: EndpointRequest, resource: string): Promise<HostAnswer> {
  const { credential, endpoint, revocation, http, transport, emit, signal } = request
  const limit = endpoint.concurrency === undefined ? undefined : sharedLimit(transport, endpoint.concurrency)
  const call = {
    signal,
    emit,
    isIncomplete: isEmpty,
    ...(endpoint.rule && { rule: endpoint.rule }),
    ...(limit && { gate: limit.run.bind(limit) }),
  }
  let url = ''
  try {
    return await endpoint.ask({
      resource,
      revocation: revocation && { sha256: hexDigest(revocation.token) },
      send(toSend) {
        url = toSend.url
        return http.send(toSend, call)
      },
    })
  } catch (error) {
    if (error instanceof HttpFailure) throw unreachable(credential, endpoint, url, error)
    throw error
  }
}

function hexDigest(token: string | undefined): string | undefined {
  return token === undefined ? undefined : builtin('node:crypto')?.createHash('sha256').update(token).digest('hex')
}
