import { CredentialUnavailableError } from '../errors.ts'
import type { FoundHost } from './detect-host.ts'
import type { ManagedIdentityId } from './identity.ts'

/** Hosts that overlook the name of an identity, and give the token of the one they have. */
const fixed: Partial<Record<FoundHost['kind'], string>> = {
  'service-fabric':
    'Service Fabric can not be asked for a user-assigned identity: the cluster configures the identity of each application',
  'azure-arc':
    'Azure Arc can not be asked for a user-assigned identity: its agent has the identity of the machine alone',
  'cloud-shell': 'Azure Cloud Shell can not be asked for a user-assigned identity: it signs in the person who uses it',
}

/**
 * Whether this host can be asked for this identity. Where it can't, saying so before any request beats acting as
 * somebody else: throws a `CredentialUnavailableError` that begins with `who`.
 */
export function checkIdentity(kind: FoundHost['kind'], id: ManagedIdentityId | undefined, who: string): void {
  if (id === undefined) return
  const refuse = (what: string, mend: string): CredentialUnavailableError =>
    new CredentialUnavailableError(`${who}: ${what}. ${mend}`, { mend })
  const why = fixed[kind]
  if (why !== undefined) throw refuse(why, `Leave ${id.kind} out, or unset AZURE_CLIENT_ID.`)
  if (kind === 'machine-learning' && id.kind !== 'clientId') {
    throw refuse(`Azure Machine Learning can not be asked for an identity by ${id.kind}`, 'Pass its clientId.')
  }
}
