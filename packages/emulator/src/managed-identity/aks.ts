import { rm, writeFile } from 'node:fs/promises'
import type { LoggedRequest } from '../http/request-log.ts'
import type { Federation } from '../oidc/federation.ts'
import { kubernetes } from '../oidc/kubernetes.ts'
import type { AksOptions } from './declaration.ts'
import type { AksHost } from './host.ts'
import { readIdentities } from './read-identities.ts'
import { checkIdentities } from './read-options.ts'

/** The parts of the emulator that a pod uses. */
interface AksParts extends Federation {
  log: readonly LoggedRequest[]
}

/** A pod whose service account signs in as an identity with a token in a file. */
export async function aks(parts: AksParts, options: AksOptions): Promise<AksHost> {
  const { directory, log, url } = parts
  const { serviceAccount = 'workload', namespace = 'default', tokenFile } = options
  const identities = readIdentities(options.identities ?? [{ name: serviceAccount }], directory)
  checkIdentities('aks', identities)
  const [identity] = identities
  if (identity === undefined) throw new Error('checkIdentities has found an identity')
  if (directory.app(identity.clientId) === undefined) directory.addIdentity(identity)
  const account = await kubernetes(parts, { serviceAccount, namespace, app: identity.clientId })
  const path = tokenFile ?? account.tokenFile
  const written = async (token: string): Promise<string> => {
    if (tokenFile !== undefined) await writeFile(tokenFile, token, { mode: 0o600 })
    return token
  }
  const close = async (): Promise<void> => {
    if (tokenFile !== undefined) await rm(tokenFile, { force: true })
  }
  await written(await account.rotate())
  parts.onClose(close)
  const endpoint = `/${identity.tenantId}/oauth2/v2.0/token`
  return {
    host: 'aks',
    env: { ...account.env, AZURE_FEDERATED_TOKEN_FILE: path },
    url: `${url}${endpoint}`,
    identities,
    get requests() {
      return log.filter((each) => each.path === endpoint && each.form.client_id === identity.clientId)
    },
    tokenFile: path,
    rotate: async () => written(await account.rotate()),
    close,
  }
}
