import { randomBytes, randomUUID } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ReceivedRequest } from '../http/received-request.ts'
import { isSameSecret } from '../primitives/secrets.ts'
import type { SelectorPolicy } from './declaration.ts'
import type { HostKind, HostState } from './host-kind.ts'
import { tokenResponse } from './host-response.ts'
import { imdsPath, imdsRefusal, malformedRequest, oauthError, unknownResource } from './imds.ts'

const apiVersions = ['2019-11-01', '2020-06-01']
const selectors = ['client_id', 'object_id', 'msi_res_id']

/**
 * The agent of an Arc-enabled server: any program that can read its key file gets a token
 * (https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication).
 */
export function azureArc(state: HostState, keyFiles: KeyFiles, userAssigned: SelectorPolicy): HostKind {
  const challenge = async (): Promise<Response> => {
    const file = await keyFiles.write()
    const write = state.distortion().challenge ?? ((keyFile) => `Basic realm=${keyFile}`)
    const header = write(file)
    const headers = header === undefined ? {} : { 'www-authenticate': header }
    return oauthError(401, 'unauthorized_client', 'Missing Basic Authorization header', headers)
  }
  return {
    name: 'azure-arc',
    method: 'GET',
    path: imdsPath,
    env: (origin) => ({ IDENTITY_ENDPOINT: `${origin}${imdsPath}`, IMDS_ENDPOINT: origin }),
    refusal: imdsRefusal,
    release: keyFiles.removeAll,
    answer: async (request) => {
      const malformed = malformedRequest(request) ?? unsupported(request, userAssigned)
      if (malformed) return malformed
      const [, shown] = /^Basic (.*)$/i.exec(request.headers.authorization ?? '') ?? []
      if (shown === undefined || state.distortion().keepsChallenging) return challenge()
      if (!(await keyFiles.take(shown))) return oauthError(403, 'access_denied', 'The challenge token is not valid')
      const [identity] = state.identities
      const { resource = '' } = request.query
      if (identity === undefined) return oauthError(400, 'invalid_request', 'Identity not found')
      if (!state.knowsResource(resource)) return unknownResource(resource, identity)
      return tokenResponse(state, { identity, resource }, 'seconds', ({ token, ...parts }) => ({
        access_token: token.token,
        expires_in: String(parts.expiresIn),
        expires_on: parts.expiresOn,
        not_before: String(token.notBefore),
        resource: parts.resource,
        token_type: 'Bearer',
      }))
    },
  }
}

function unsupported({ query }: ReceivedRequest, userAssigned: SelectorPolicy): Response | undefined {
  const version = query['api-version'] ?? ''
  if (!apiVersions.includes(version))
    return oauthError(400, 'invalid_request', `The api-version ${version} is not supported`)
  const named = selectors.find((name) => query[name] !== undefined)
  if (named === undefined || userAssigned === 'ignore') return undefined
  return oauthError(400, 'invalid_request', `User assigned identities are not supported: ${named}`)
}

/** Files that only processes entitled to a token can read; each works once. */
export interface KeyFiles {
  /** Writes a new file, and returns its path as clients see it. */
  write(): Promise<string>
  /** Whether this is the content of a key file, which is then removed. */
  take(content: string): Promise<boolean>
  removeAll(): Promise<void>
}

/** Creates the folder if it does not exist; `shown` is its path as clients see it. */
export async function createKeyFiles(folder: string, shown: string): Promise<KeyFiles> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const contents = new Map<string, string>()
  const remove = (name: string): Promise<void> => {
    contents.delete(name)
    return rm(join(folder, name), { force: true })
  }
  return {
    write: async () => {
      const name = `${randomUUID()}.key`
      const content = randomBytes(32).toString('base64url')
      contents.set(name, content)
      await writeFile(join(folder, name), content, { mode: 0o600, flag: 'wx' })
      return `${shown.replace(/[/\\]$/, '')}/${name}`
    },
    take: async (content) => {
      const name = [...contents].find(([, each]) => isSameSecret(content, each))?.[0]
      if (name === undefined) return false
      await remove(name)
      return true
    },
    removeAll: async () => {
      await Promise.all([...contents.keys()].map(remove))
    },
  }
}
