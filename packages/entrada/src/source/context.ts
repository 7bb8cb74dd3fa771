import type { StoreAccess } from '../cache/store-access.ts'
import type { TokenStore } from '../cache/token-store.ts'
import type { Emit } from '../events.ts'
import type { Http } from '../http/client.ts'
import { openHttp } from '../http/http.ts'
import { type AuthorityOptions, AzureAuthorityHosts, parseAuthority } from '../oauth/authority.ts'
import { settingOf } from '../runtime/environment.ts'
import { type Host, hostOf } from '../runtime/host.ts'
import { eventSink } from '../runtime/log/event-sink.ts'
import { onDemand } from '../runtime/on-demand.ts'
import { type Quote, quoteFor } from '../runtime/quoted.ts'
import { checkOptions, isKnown } from './check-options.ts'
import type { CredentialOptions } from './options.ts'

/** What a credential needs to work, resolved once from its options and the environment. */
export interface CredentialContext {
  /** Name of the credential, with which its messages begin. */
  name: string
  options: Readonly<CredentialOptions>
  host: Host
  http: Http
  emit: Emit
  /** Origin of the authority, with the path of a gateway if there is one: see `parseAuthority`. */
  authority: string
  /** Quotes an input for a message, unless it could be a secret. */
  quote: Quote
  /** The store behind the credential's memory, if there is one. */
  second: StoreAccess | undefined
  additionallyAllowedTenants: readonly string[]
  isMultiTenantDisabled: boolean
  /** Closes what the credential owns. */
  close(): void
  /** The same for a member of a chain, whose connections the chain owns. */
  forMember(name: string): CredentialContext
  /** Whether it belongs to a member of the default chain. */
  isMember: boolean
}

/** The methods of a store that need it to be open. */
type TokenMethods = Required<Omit<TokenStore, 'reports'>>

/** What a credential was given in addition to its options. */
export interface GivenArguments {
  /** Its own tenant, if that is an argument. */
  tenantId?: unknown
  /** Its secrets, which must not appear in messages. */
  secrets?: readonly unknown[]
  /** The options that it has in addition to those that all share: see `OwnOptions`. */
  own?: object | undefined
}

/** Checks the options and reads the environment, but opens nothing: connections are opened with the first request. */
export function openContext(
  name: string,
  given?: CredentialOptions & { tenantId?: unknown },
  { tenantId, secrets = [], own = {} }: GivenArguments = {},
): CredentialContext {
  const host = hostOf(given != null && Object.hasOwn(given, 'host') ? given.host : undefined)
  const quote = quoteFor(secrets, host.env)
  const options = checkOptions(name, given, quote)
  const sink = eventSink(options.onEvent, host)
  const emit: Emit = (event) => sink(name, event)
  const warn = (message: string): void => emit({ type: 'warning', message })
  warnOfUnknown(options, own, warn)
  const { tokenCachePersistenceOptions: persistence } = options
  const persistent =
    persistence?.enabled === true
      ? {
          ...onDemand<TokenMethods>(['get', 'set', 'delete', 'list', 'lease'], async () => {
            const { loadPersistentStore } = await import('../stores/load-persistent-store.ts')
            return (await loadPersistentStore())(persistence, host, emit)
          }),
          reports: true as const,
        }
      : undefined
  const http = openHttp(options, host, warn)
  const context = {
    options,
    host,
    http,
    authority: authorityOf(name, options, host, {
      tenants: [tenantId, options.tenantId, settingOf(host.env, 'AZURE_TENANT_ID')],
      quote,
    }),
    quote,
    additionallyAllowedTenants: [...(options.additionallyAllowedTenants ?? [])],
    isMultiTenantDisabled: !!settingOf(host.env, 'AZURE_IDENTITY_DISABLE_MULTITENANTAUTH'),
  }
  const named = (as: string, close: () => void, isMember: boolean): CredentialContext => {
    const tell: Emit = (event) => sink(as, event)
    const { tokenStore: store = persistent } = options
    const writes = { pending: new Set<never>(), isClosing: false, isOver: false }
    const second = store && { ...host, store, emit: tell, writes }
    return { ...context, name: as, emit: tell, second, close, isMember, forMember }
  }
  const forMember = (member: string): CredentialContext => named(member, () => undefined, true)
  return named(name, http.close, false)
}

/** Emits one event for each option that has no effect here, which suggests the option that may be meant. */
function warnOfUnknown(options: object, own: object, warn: (message: string) => void): void {
  const unknown = Object.keys(options).filter((name) => !isKnown(name, own))
  if (unknown.length > 0) import('./unknown-options.ts').then((code) => code.warnOfUnknown(options, unknown, own, warn))
}

function authorityOf(name: string, options: CredentialOptions, { env }: Host, how: AuthorityOptions): string {
  const { authorityHost, allowInsecureConnection } = options
  const rules = { ...how, allowInsecureConnection }
  if (authorityHost !== undefined) return parseAuthority(authorityHost, `${name}: authorityHost`, rules)
  const variable = settingOf(env, 'AZURE_AUTHORITY_HOST')
  if (variable) return parseAuthority(variable, `${name}: AZURE_AUTHORITY_HOST`, rules)
  return AzureAuthorityHosts.AzurePublicCloud
}
