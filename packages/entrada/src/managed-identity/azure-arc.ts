import { AuthenticationError } from '../errors.ts'
import type { Files } from '../runtime/files.ts'
import type { Env } from '../runtime/host.ts'
import { arcKeyFile } from './arc-key.ts'
import { readEndpoint, withQuery } from './endpoint.ts'
import type { MakeHost } from './host.ts'

/** What the agent listens on, where the environment does not say it. */
export const arcEndpoint = 'http://127.0.0.1:40342/metadata/identity/oauth2/token'

/** No key of the agent's is larger. */
const maximumKeyBytes = 4096

export interface ArcMachine {
  endpoint: string
  env: Env
  files: Files
  platform: string
}

/**
 * A machine with the Azure Arc agent. It answers the first request with a challenge that names a file, which only those
 * who may use the identity can read; the second request carries what stands in it.
 */
export const azureArc: MakeHost<ArcMachine> = (machine, _, who) => {
  const endpoint = readEndpoint(machine.endpoint, 'IDENTITY_ENDPOINT', who)
  // The agent listens on IPv4 alone.
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
      // A refusal may repeat what it refuses.
      return answer.status === 200 ? answer : { ...answer, text: answer.text.replaceAll(key, '***') }
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
    throw refused(who, `its key file can not be read (${error.code ?? 'error'}: ${error.message})`, error)
  })
  const key = new TextDecoder().decode(bytes)
  if (!/^[\x20-\x7e]+$/.test(key)) throw refused(who, 'its key file holds what no header can carry')
  return key
}

function refused(who: string, reason: string, cause?: unknown): AuthenticationError {
  const mend = 'Run the program as a member of the group himds (on Windows, as an administrator), and check the agent.'
  const message = `${who}: Azure Arc gave no token: ${reason}. ${mend}`
  return new AuthenticationError(
    401,
    { error: 'invalid_challenge', errorDescription: message },
    { message, mend, cause },
  )
}
