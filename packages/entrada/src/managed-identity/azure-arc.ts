import { AuthenticationError } from '../errors.ts'
import type { Env } from '../runtime/environment.ts'
import type { Files } from '../runtime/files/files.ts'
import { arcKeyFile } from './arc-key.ts'
import { readEndpoint, withQuery } from './endpoint.ts'
import type { MakeEndpoint } from './identity-endpoint.ts'

/** Where the agent listens if the environment does not say otherwise. */
export const arcEndpoint = 'http://127.0.0.1:40342/metadata/identity/oauth2/token'

/** No key from the agent is larger. */
const maximumKeyBytes = 4096

export interface ArcMachine {
  endpoint: string
  env: Env
  files: Files
  platform: string
}

/**
 * A machine with the Azure Arc agent. The agent answers the first request with a challenge that names a file, which
 * only users who may use the identity can read; the second request carries the file's content.
 */
export const azureArc: MakeEndpoint<ArcMachine> = (machine, _, who) => {
  const endpoint = readEndpoint(machine.endpoint, 'IDENTITY_ENDPOINT', who)
  // The agent listens only on IPv4.
  if (endpoint.hostname === 'localhost') endpoint.hostname = '127.0.0.1'
  return {
    label: 'Azure Arc',
    secrets: [],
    async ask({ resource, send }) {
      const url = withQuery(endpoint, { 'api-version': '2020-06-01', resource })
      const request = { method: 'GET', url, headers: { Metadata: 'true' } } as const
      const challenge = await send(request)
      if (challenge.status !== 401) return challenge
      const key = await readKey(challenge.header('www-authenticate'), machine, who)
      const answer = await send({ ...request, headers: { ...request.headers, Authorization: `Basic ${key}` } })
      return { ...answer, secrets: [key] }
    },
  }
}

async function readKey(
  challenge: string | undefined,
  { env, files, platform }: ArcMachine,
  who: string,
): Promise<string> {
  const file = arcKeyFile(challenge, env, platform)
  if ('reason' in file) throw refused(who, file.reason)
  const bytes = await files.readGuarded(file.path, maximumKeyBytes).catch((error: Error & { code?: string }) => {
    throw refused(who, `its key file cannot be read (${error.code ?? error.name}: ${error.message})`, error)
  })
  const key = new TextDecoder().decode(bytes)
  if (!/^[\x20-\x7e]+$/.test(key)) throw refused(who, 'its key file contains characters that a header cannot carry')
  return key
}

function refused(who: string, reason: string, cause?: unknown): AuthenticationError {
  const remedy =
    'Run the program as a member of the group himds (on Windows, as an administrator), and check that the agent works.'
  const problem = { who, reason: `Azure Arc returned no token: ${reason}.`, remedy }
  return new AuthenticationError(401, { error: 'invalid_challenge' }, { ...problem, cause })
}
