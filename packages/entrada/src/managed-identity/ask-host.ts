import { AuthenticationError } from '../errors.ts'
import type { Emit } from '../events.ts'
import type { HttpAnswer } from '../http/exchange.ts'
import { HttpFailure } from '../http/failure.ts'
import type { Http } from '../http/http.ts'
import { resourceOf } from '../oauth/resource.ts'
import { builtin } from '../runtime/builtin.ts'
import type { IssuedToken } from '../types.ts'
import type { IdentityHost } from './host.ts'
import { refusal, unavailable, unreachable } from './host-error.ts'
import type { ManagedIdentityId } from './identity.ts'
import { sharedLimit } from './limit.ts'
import { readAnswer } from './read-answer.ts'

export interface HostRequest {
  /** Name of the credential, which begins every message. */
  credential: string
  host: IdentityHost
  id: ManagedIdentityId | undefined
  scope: string
  /** The token was revoked: this one, if it is known. */
  revocation?: { token: string | undefined } | undefined
  http: Http
  /** What the limit of the host's requests is kept by: the same for all whose requests go the same way. */
  transport: object
  now: () => number
  emit: Emit
  signal: AbortSignal
}

/**
 * Asks a host for a token. Rejects with `CredentialUnavailableError` where there is no such host or identity, with
 * `AuthenticationError` for any other refusal, and for a token of another identity or for another resource.
 */
export async function askHost(request: HostRequest): Promise<IssuedToken> {
  const { credential, host, id = host.usualId, scope, now } = request
  const resource = resourceOf(scope)
  const requestedAt = now()
  const answer = await send(request, resource)
  if (answer.status !== 200) throw refusal(credential, host, answer)
  const read = readAnswer(answer.text, { id, resource, requestedAt })
  if ('token' in read) return read.token
  if ('malformed' in read) throw unavailable(credential, `${host.label} gave no token: ${read.malformed}.`)
  const mend = 'It is not used. Check which identities are assigned here.'
  const message = `${credential}: ${host.label} gave ${read.mismatch}. ${mend}`
  throw new AuthenticationError(200, { error: 'identity_mismatch', errorDescription: message }, { message, mend })
}

async function send(request: HostRequest, resource: string): Promise<HttpAnswer> {
  const { credential, host, revocation, http, transport, emit, signal } = request
  const limit = host.concurrency === undefined ? undefined : sharedLimit(transport, host.concurrency)
  const call = {
    signal,
    emit,
    ...(host.rule && { rule: host.rule }),
    ...(limit && { gate: limit.run.bind(limit) }),
  }
  let url = ''
  try {
    return await host.ask({
      resource,
      revocation: revocation && { sha256: hexDigest(revocation.token) },
      send(toSend) {
        url = toSend.url
        return http.send(toSend, call)
      },
    })
  } catch (error) {
    if (error instanceof HttpFailure) throw unreachable(credential, host.label, url, error)
    throw error
  }
}

function hexDigest(token: string | undefined): string | undefined {
  return token === undefined ? undefined : builtin('node:crypto')?.createHash('sha256').update(token).digest('hex')
}
