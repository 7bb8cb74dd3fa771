import type { SecondLevel } from '../cache/second-level.ts'
import { storeOnDemand } from '../cache/store-on-demand.ts'
import type { Emit } from '../events.ts'
import { type Http, openHttp } from '../http/http.ts'
import { AzureAuthorityHosts, parseAuthority } from '../oauth/authority.ts'
import { eventSink } from '../runtime/event-sink.ts'
import { type Host, hostOf } from '../runtime/host.ts'
import { checkOptions } from './check-options.ts'
import type {
  AuthorityValidationOptions,
  CredentialPersistenceOptions,
  MultiTenantTokenCredentialOptions,
} from './options.ts'

export interface AnyOptions
  extends MultiTenantTokenCredentialOptions,
    CredentialPersistenceOptions,
    AuthorityValidationOptions {}

/** What a credential works with, resolved once from its options and the environment. */
export interface CredentialContext {
  /** Name of the credential, which begins its messages. */
  name: string
  options: Readonly<AnyOptions>
  host: Host
  http: Http
  emit: Emit
  /** Origin of the authority. */
  authority: string
  /** The store behind the credential's memory, if there is one. */
  second: SecondLevel | undefined
  additionallyAllowedTenants: readonly string[]
  isMultiTenantDisabled: boolean
  /** Closes what the credential owns. */
  close(): void
  /** The same for a member of a chain, whose connections the chain owns. */
  forMember(name: string): CredentialContext
}

/** Options of the Azure SDK's pipeline that have no counterpart here. */
const withoutEffect: readonly (keyof AnyOptions)[] = ['agent', 'additionalPolicies', 'redirectOptions']

/** Checks the options, reads the environment, and opens nothing: connections open with the first request. */
export function openContext(name: string, options: AnyOptions = {}): CredentialContext {
  checkOptions(name, options)
  const host = hostOf(options.host)
  const sink = eventSink(options.onEvent, host.env)
  const emit: Emit = (event) => sink(name, event)
  const warn = (message: string): void => emit({ type: 'warning', message })
  for (const option of withoutEffect) {
    if (options[option] !== undefined) warn(`the option ${option} has no effect. Use the option fetch instead.`)
  }
  const { tokenCachePersistenceOptions: persistence } = options
  const persistent =
    persistence?.enabled === true
      ? storeOnDemand(async () => (await import('./persistent-store.ts')).openPersistentStore(persistence, host, emit))
      : undefined
  const http = openHttp(options, host, warn)
  const context = {
    options,
    host,
    http,
    authority: authorityOf(name, options, host),
    additionallyAllowedTenants: [...(options.additionallyAllowedTenants ?? [])],
    isMultiTenantDisabled: !!host.env.AZURE_IDENTITY_DISABLE_MULTITENANTAUTH,
  }
  const named = (as: string, close: () => void): CredentialContext => {
    const tell: Emit = (event) => sink(as, event)
    const { tokenStore: store = persistent } = options
    const second = store && { store, sleep: host.sleep, emit: tell }
    return { ...context, name: as, emit: tell, second, close, forMember: (member) => named(member, () => undefined) }
  }
  return named(name, http.close)
}

function authorityOf(name: string, { authorityHost }: AnyOptions, { env }: Host): string {
  if (authorityHost !== undefined) return parseAuthority(authorityHost, `${name}: authorityHost`)
  if (env.AZURE_AUTHORITY_HOST) return parseAuthority(env.AZURE_AUTHORITY_HOST, `${name}: AZURE_AUTHORITY_HOST`)
  return AzureAuthorityHosts.AzurePublicCloud
}
