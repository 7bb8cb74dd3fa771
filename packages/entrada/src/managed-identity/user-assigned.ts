import { CredentialUnavailableError } from '../errors.ts'
import type { DetectedHost } from './detect-host.ts'
import type { ManagedIdentityId } from './identity.ts'

type HostKind = DetectedHost['kind']

/**
 * By which of its three ids a user-assigned identity can be requested from a host: `'any'`, some of them, or none and
 * the reason.
 */
type Selection = 'any' | readonly ManagedIdentityId['kind'][] | { none: string }

/**
 * What each host does with an identity's id. Some ignore it and return a token of the only identity they have. A new
 * kind of host does not compile until it has a row here.
 */
const selections = {
  'service-fabric': { none: 'the cluster configures the identity of each application' },
  'azure-arc': { none: 'its agent has only the identity of the machine' },
  'cloud-shell': { none: 'it signs in the person who uses it' },
  'machine-learning': ['clientId'],
  'app-service': 'any',
  'token-exchange': 'any',
  imds: 'any',
  none: 'any',
} satisfies Record<HostKind, Selection>

const titles: Partial<Record<HostKind, string>> = {
  'service-fabric': 'Service Fabric',
  'azure-arc': 'Azure Arc',
  'cloud-shell': 'Azure Cloud Shell',
  'machine-learning': 'Azure Machine Learning',
}

/**
 * Checks that this host can be asked for this identity. If not, it is better to say so before any request than to act
 * as a different identity: throws a `CredentialUnavailableError` that begins with `who`.
 */
export function checkIdentity(kind: HostKind, id: ManagedIdentityId | undefined, who: string): void {
  if (id === undefined) return
  const selection: Selection = selections[kind]
  if (selection === 'any') return
  const refuse = (what: string, remedy: string): CredentialUnavailableError =>
    new CredentialUnavailableError({
      who,
      reason: `${titles[kind] ?? kind} cannot be asked for ${what}.`,
      remedy,
      kind: 'identity-not-supported',
    })
  if ('none' in selection) {
    throw refuse(`a user-assigned identity: ${selection.none}`, `Leave ${id.kind} out, or unset AZURE_CLIENT_ID.`)
  }
  if (!selection.includes(id.kind)) throw refuse(`an identity by ${id.kind}`, `Pass its ${selection.join(' or ')}.`)
}
