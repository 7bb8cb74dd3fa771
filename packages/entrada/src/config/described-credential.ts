import { isUnavailable } from '../errors.ts'
import type { EntradaEvent } from '../events.ts'
import { AzureAuthorityHosts } from '../index.ts'
import { builtin } from '../runtime/builtin.ts'
import { type Host, hostOf } from '../runtime/host.ts'
import { type Quote, quoteFor } from '../runtime/quoted.ts'
import type { CredentialOptions } from '../source/options.ts'
import type { EntradaCredential, TokenCredential } from '../types.ts'
import { type Checked, checkObject } from './checked.ts'
import { fault, type Origin } from './fault.ts'
import { type CredentialName, credentialFields, fieldsOf, notDescribed } from './fields.ts'
import type { JsonNode } from './json-tree.ts'
import { readSecret } from './kept-secrets.ts'
import { resolveAll } from './resolve.ts'

/** Options of every credential, and those of credentials that ask a person, which others do without. */
export interface DescribedOptions extends CredentialOptions {
  /** Shows a device code. */
  userPromptCallback?: (info: { message: string }) => void
  /** Keeps `getToken` from asking a person. */
  disableAutomaticAuthentication?: boolean
}

/** A description that has been checked, and not yet read: making the credential reads what its references name. */
export interface CheckedDescription {
  /** Name of its class; that of a chain is `ChainedTokenCredential`. */
  readonly credential: string
  /** Makes the credential. Rejects with a `TypeError` for a reference to nothing, and for what the constructor refuses. */
  make(options: DescribedOptions): Promise<EntradaCredential>
}

/** Checks the description of a credential, or of a chain as a list of them. Throws one error for what is wrong with it. */
export function checkDescription(node: JsonNode, path: string, origin: Origin): CheckedDescription {
  if (node.kind !== 'list') return checkOne(node, path, origin)
  if (node.items.length === 0) throw fault(origin, path, 'is an empty list; a chain needs at least one member.', node)
  const members = node.items.map((item, index) => checkOne(item, `${path}[${index}]`, origin))
  return {
    credential: 'ChainedTokenCredential',
    async make(options) {
      const made: TokenCredential[] = []
      for (const member of members) made.push(await member.make(options).catch(asMember))
      const { makeChain } = await import('./make-credential.ts')
      return makeChain(made)
    },
  }
}

function checkOne(node: JsonNode, path: string, origin: Origin): CheckedDescription {
  const name = nameIn(node, path, origin)
  const fields = fieldsOf(name)
  const quote: Quote = quoteFor([], hostOf(undefined).env)
  const values = checkObject(node, path, fields, { origin, quote }, ['credential'])
  checkAuthority(values, node, path, origin)
  return {
    credential: name,
    async make(options) {
      const host = hostOf(options.host)
      const world = {
        env: host.env,
        files: host.files,
        kept: (kept: string) => readSecret(kept, options.host),
        absolute: (relative: string) => absoluteIn(origin, relative),
      }
      const resolved = await resolveAll(values, fields, path, origin, world)
      const { makers } = await import('./make-credential.ts')
      return makers[name]({ ...(await optionsOf(name, resolved, options, host)), ...ownOptions(name, options) })
    },
  }
}

function nameIn(node: JsonNode, path: string, origin: Origin): CredentialName {
  if (node.kind !== 'object') throw fault(origin, path, 'must be an object, or a list of them for a chain.', node)
  const entry = node.fields.get('credential')
  const name = entry?.value.kind === 'value' ? entry.value.value : undefined
  const field = path === '' ? 'credential' : `${path}.credential`
  if (typeof name === 'string' && Object.hasOwn(credentialFields, name)) return name as CredentialName
  if (typeof name !== 'string') {
    throw fault(
      origin,
      field,
      'is missing. It is the name of a class, such as "AzureCliCredential".',
      entry?.value ?? node,
    )
  }
  const what = notDescribed.includes(name) ? 'cannot be described as data' : 'is not known'
  const known = Object.keys(credentialFields).join(', ')
  throw fault(origin, field, `${JSON.stringify(name.slice(0, 60))} ${what}. Known: ${known}.`, entry?.value)
}

/** A file that came with something else may name Microsoft's clouds alone. */
function checkAuthority(values: Record<string, Checked>, node: JsonNode, path: string, origin: Origin): void {
  const { authorityHost } = values
  if (typeof authorityHost !== 'string' || origin.isOwn) return
  const at = node.kind === 'object' ? node.fields.get('authorityHost')?.value : undefined
  // To the letter: whatever else an address can look like, it is not needed here.
  if (Object.values<string>(AzureAuthorityHosts).includes(authorityHost.replace(/\/$/, ''))) return
  const hosts = Object.values<string>(AzureAuthorityHosts).join(', ')
  const what = `is none of ${hosts}: other authorities are allowed in your own configuration alone, because secrets are sent there.`
  throw fault(origin, path === '' ? 'authorityHost' : `${path}.authorityHost`, what, at)
}

/** Paths of a file start from its folder; those of a program from where it runs. */
function absoluteIn({ folder }: Origin, relative: string): string {
  const path = builtin('node:path')
  return folder === undefined || path === undefined ? relative : path.resolve(folder, relative)
}

/** The options of all credentials that a description has other names for. */
async function optionsOf(
  name: CredentialName,
  { store, storeName, storeFolder, userAgentPrefix, ...rest }: Readonly<Record<string, unknown>>,
  { onEvent }: CredentialOptions,
  host: Host,
): Promise<object> {
  const { openPersistentStore } = await import('../stores/persistent-store.ts')
  const persistence = { enabled: true, ...(storeName === undefined ? {} : { name: storeName as string }) }
  return {
    ...rest,
    // The shared cache is a store by itself, and has its name from here.
    ...(store === 'system' && name === 'SharedTokenCacheCredential'
      ? { tokenCachePersistenceOptions: persistence }
      : {}),
    // Open before it is read: a keyring that has to be loaded first would come too late for the first token.
    ...(store === 'system' && name !== 'SharedTokenCacheCredential'
      ? {
          tokenStore: await openPersistentStore(persistence, host, (event) =>
            tell(onEvent, { credential: name, ...event }),
          ),
        }
      : {}),
    ...(storeFolder === undefined ? {} : { tokenStore: await fileStore(storeFolder as string, host) }),
    ...(userAgentPrefix === undefined ? {} : { userAgentOptions: { userAgentPrefix } }),
  }
}

function tell(onEvent: CredentialOptions['onEvent'], event: EntradaEvent): void {
  try {
    onEvent?.(event)
  } catch {
    // What a listener throws is ignored, as everywhere.
  }
}

async function fileStore(folder: string, { now }: Host): Promise<unknown> {
  const { fileTokenStore } = await import('../stores/file-store.ts')
  return fileTokenStore({ folder, host: { now } })
}

/** A member whose constructor says that it cannot be used here: the chain passes it over, and says why. */
function asMember(error: unknown): TokenCredential {
  if (!isUnavailable(error)) throw error
  return { getToken: () => Promise.reject(error) }
}

/** The options that this credential has. */
function ownOptions(name: CredentialName, options: DescribedOptions): CredentialOptions {
  const { userPromptCallback, disableAutomaticAuthentication, ...common } = options
  const asks = Object.hasOwn(fieldsOf(name), 'disableAutomaticAuthentication')
  return {
    ...common,
    ...(asks && disableAutomaticAuthentication !== undefined ? { disableAutomaticAuthentication } : {}),
    ...(name === 'DeviceCodeCredential' && userPromptCallback !== undefined ? { userPromptCallback } : {}),
  }
}
