import type { World } from '../framework/world.ts'
import { namesIn } from './own-config.ts'
import { thisHost } from './this-host.ts'

/** A profile as `status` shows it. */
export interface ProfileState {
  name: string
  credential: string
  who: string
  tenant: string
  inUse: boolean
  /** `ready`, or what is missing. */
  state: string
}

/** What can be said of a profile without asking anybody. */
export async function stateOf(
  name: string,
  description: unknown,
  { inUse, env }: { inUse: boolean; env: World['env'] },
): Promise<ProfileState> {
  const [unset] = namesIn(description, 'env').filter((variable) => !env[variable])
  const missing = unset === undefined ? undefined : `$${unset} is not set`
  if (Array.isArray(description)) {
    const members = description.map((member: { credential?: unknown }) =>
      String(member.credential).replace(/Credential$/, ''),
    )
    return { name, credential: 'chain', who: members.join(', '), tenant: '', inUse, state: missing ?? 'ready' }
  }
  const given = description as Record<string, unknown>
  const record = given.authenticationRecord as { username?: string; tenantId?: string } | undefined
  const credential = text(given.credential)
  const asks = credential === 'InteractiveBrowserCredential' || credential === 'DeviceCodeCredential'
  const { readSecret } = await import('entrada/config')
  let state = missing ?? (asks && record === undefined ? 'sign in: entrada login' : 'ready')
  for (const kept of namesIn(description, 'kept'))
    if ((await readSecret(kept, thisHost)) === undefined) state = 'its secret is gone: entrada login'
  const who = record?.username ?? text(given.clientId ?? given.objectId ?? given.resourceId ?? given.username)
  return { name, credential, who, tenant: text(given.tenantId ?? record?.tenantId), inUse, state }
}

function text(value: unknown): string {
  if (typeof value === 'string') return value
  const reference = value as { env?: string; file?: string } | undefined
  return reference?.env === undefined ? (reference?.file ?? '') : `$${reference.env}`
}
