import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Emulator } from '@entrada/emulator'
import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose'
import { createServerCertificate } from '../packages/emulator/src/pki/certificate-authority.ts'
import { startConnectProxy } from './connect-proxy.ts'
import { givenAuthority } from './given-authority.ts'

export interface KeyVaultOptions {
  /** Verifies the tokens. */
  emulator: Emulator
  tenantId: string
  secrets: Record<string, string>
}

/** A key vault that this machine plays, under its real name behind a proxy, since its clients check the name. */
export interface KeyVaultStandIn {
  readonly url: string
  readonly proxy: { host: string; port: number }
  /** What it answered so far: 200, or which of its challenges. */
  readonly answers: (200 | 404 | 'tenant challenge' | 'claims challenge')[]
  /** Refuses every token issued so far, as Continuous Access Evaluation does; gives the claims that it asks for. */
  revoke(): string
  [Symbol.asyncDispose](): Promise<void>
}

const HOST = 'contoso.vault.azure.net'
const RESOURCE = 'https://vault.azure.net'

/**
 * Starts a vault that gives secrets to whoever brings a token of the tenant for Key Vault, and challenges all others: one
 * without a token with the tenant and the resource, one whose token was revoked with claims.
 */
export async function startKeyVault({ emulator, tenantId, secrets }: KeyVaultOptions): Promise<KeyVaultStandIn> {
  const answers: KeyVaultStandIn['answers'] = []
  const revoked = new Set<string>()
  const seen = new Set<string>()
  let claims = ''
  const keys = await emulator.fetch(`${emulator.url}/${tenantId}/discovery/v2.0/keys`)
  const verify = verifier(createLocalJWKSet((await keys.json()) as JSONWebKeySet), tenantId)

  const { certificate, privateKey } = await createServerCertificate(givenAuthority(), [HOST])
  const server = createServer({ cert: certificate, key: privateKey }, async (request, response) => {
    const answer = (status: number, body: object, headers: Record<string, string> = {}): void => {
      response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body))
    }
    const token = request.headers.authorization?.replace('Bearer ', '') ?? ''
    const { uti } = (await verify(token)) ?? {}
    if (typeof uti !== 'string') {
      answers.push('tenant challenge')
      const challenge = `Bearer authorization="${emulator.url}/${tenantId}", resource="${RESOURCE}"`
      return answer(401, { error: { code: 'Unauthorized' } }, { 'WWW-Authenticate': challenge })
    }
    if (revoked.has(uti)) {
      answers.push('claims challenge')
      const challenge = `Bearer realm="", authorization_uri="${emulator.url}/common/oauth2/authorize", error="insufficient_claims", claims="${btoa(claims)}"`
      return answer(401, { error: { code: 'Unauthorized' } }, { 'WWW-Authenticate': challenge })
    }
    seen.add(uti)
    const [, name = ''] = /^\/secrets\/([\w-]+)/.exec(request.url ?? '') ?? []
    const value = secrets[name]
    answers.push(value === undefined ? 404 : 200)
    if (value === undefined) return answer(404, { error: { code: 'SecretNotFound' } })
    answer(200, { value, id: `https://${HOST}/secrets/${name}/${'0'.repeat(32)}`, attributes: { enabled: true } })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy = await startConnectProxy({ [`${HOST}:443`]: (server.address() as AddressInfo).port })

  return {
    url: `https://${HOST}`,
    proxy: { host: 'http://127.0.0.1', port: proxy.port },
    answers,
    revoke() {
      for (const uti of seen) revoked.add(uti)
      const nbf = String(Math.floor(Date.now() / 1000))
      claims = JSON.stringify({ access_token: { nbf: { essential: true, value: nbf } } })
      return claims
    },
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Reads a token for Key Vault, of the tenant; gives `undefined` for one that does not verify. */
function verifier(
  keys: ReturnType<typeof createLocalJWKSet>,
  tenantId: string,
): (token: string) => Promise<JWTPayload | undefined> {
  return async (token) => {
    const verified = await jwtVerify(token, keys, { audience: RESOURCE }).catch(() => undefined)
    return verified?.payload.tid === tenantId ? verified.payload : undefined
  }
}
