import { guid } from '../runtime/guid.ts'
import { type Quote, quoted } from '../runtime/quoted.ts'
import { unlessDenied } from '../runtime/unless-denied.ts'
import type { CredentialOptions } from './options.ts'

/** What an option must be: a phrase for the error message, and a test. */
type Check = readonly [words: string, test: (value: never) => boolean]

const flag: Check = ['true or false', (value: unknown) => typeof value === 'boolean']
const nonEmpty: Check = ['a non-empty string', (value: unknown) => typeof value === 'string' && value !== '']
const callback: Check = ['a function', (value: unknown) => typeof value === 'function']
const count: Check = ['a non-negative integer', (value: number) => Number.isSafeInteger(value) && value >= 0]
const milliseconds: Check = [
  'a non-negative number of milliseconds',
  (value: number) => Number.isFinite(value) && value >= 0,
]
const port: Check = [
  'a port from 1 to 65535',
  (value: number) => Number.isInteger(value) && value >= 1 && value <= 65535,
]
const proxyHost: Check = [
  'a host, or an http or https URL of one',
  (value: unknown) =>
    matches(value, /^(?:https?:\/\/)?[\w.[\]:-]+\/?$/i) &&
    URL.canParse(value.includes('://') ? value : `http://${value}`),
]
const headerText: Check = ['non-empty printable ASCII', (value: unknown) => matches(value, /^[\x20-\x7e]+$/)]
const headerName: Check = ['the name of a header', (value: unknown) => matches(value, /^[\w!#$%&'*+.^`|~-]+$/)]
const tenants: Check = [
  'a list of tenants, or ["*"]',
  (value: unknown) => Array.isArray(value) && value.every((tenant) => matches(tenant, /^(?:\*|[0-9a-zA-Z.-]+)$/)),
]
const origins: Check = [
  'a list of origins',
  (value: unknown) => Array.isArray(value) && value.every((origin) => URL.canParse(origin)),
]
const names: Check = [
  'a list of names',
  (value: unknown) => Array.isArray(value) && value.every((name) => matches(name, /^\w+$/)),
]
const id: Check = ['an id (a GUID)', (value: unknown) => matches(value, guid)]
const client: Check = ['an object with the method sendRequest', (value: object) => hasMethods(value, ['sendRequest'])]
const store: Check = [
  'an object with the methods get, set, delete, list',
  (value: object) => hasMethods(value, ['get', 'set', 'delete', 'list']),
]

function matches(value: unknown, pattern: RegExp): value is string {
  return typeof value === 'string' && pattern.test(value)
}

function hasMethods(value: object | null, names: readonly string[]): boolean {
  return names.every((name) => typeof (value as Record<string, unknown> | null)?.[name] === 'function')
}

interface Table {
  readonly [option: string]: Check | Table
}

/** Options that are not checked, because nothing here depends on their shape. */
type Unchecked =
  | 'agent'
  | 'additionalPolicies'
  | 'redirectOptions'
  | 'additionalAllowedHeaderNames'
  | 'additionalAllowedQueryParameters'
  | 'logger'

/** One row for each option of a type: a new option without a row does not compile. */
type Rows<Options> = { readonly [Name in Exclude<keyof NonNullable<Options>, Unchecked>]: Check | Table }

/** Options that several credentials have, in addition to those that all share. */
interface Shared {
  sendCertificateChain?: boolean
  enableAzureProxy?: boolean
  shareAcrossMachines?: boolean
  toolEnvironmentVariables?: readonly string[]
  managedIdentityProbeTimeoutInMs?: number
}

/** The options that all or several credentials have. */
export const common: Rows<CredentialOptions & Shared> = {
  authorityHost: nonEmpty,
  fetch: callback,
  httpClient: client,
  allowedResponseOrigins: origins,
  retryOptions: {
    maxRetries: count,
    retryDelayInMs: milliseconds,
    maxRetryDelayInMs: milliseconds,
  } satisfies Rows<CredentialOptions['retryOptions']>,
  proxyOptions: {
    host: proxyHost,
    port,
    username: nonEmpty,
    password: nonEmpty,
  } satisfies Rows<CredentialOptions['proxyOptions']>,
  tlsOptions: {},
  userAgentOptions: { userAgentPrefix: headerText } satisfies Rows<CredentialOptions['userAgentOptions']>,
  telemetryOptions: { clientRequestIdHeaderName: headerName } satisfies Rows<CredentialOptions['telemetryOptions']>,
  loggingOptions: {
    allowLoggingAccountIdentifiers: flag,
    enableUnsafeSupportLogging: flag,
  } satisfies Rows<CredentialOptions['loggingOptions']>,
  allowInsecureConnection: flag,
  expect: { tenantId: id, clientId: id, objectId: id, username: nonEmpty } satisfies Rows<CredentialOptions['expect']>,
  disableInstanceDiscovery: flag,
  onEvent: callback,
  tokenStore: store,
  tokenCachePersistenceOptions: {
    enabled: flag,
    name: nonEmpty,
    unsafeAllowUnencryptedStorage: flag,
  } satisfies Rows<CredentialOptions['tokenCachePersistenceOptions']>,
  additionallyAllowedTenants: tenants,
  host: {},
  sendCertificateChain: flag,
  enableAzureProxy: flag,
  shareAcrossMachines: flag,
  toolEnvironmentVariables: names,
  managedIdentityProbeTimeoutInMs: milliseconds,
}

/**
 * Checks a constructor's options before any work. Throws a `TypeError` that names the option, its value unless that may
 * be a secret, and what it must be. Unknown options are ignored, because a program may be written for a newer version.
 * Returns a copy with only the options' own properties: anything that other code has put into `Object.prototype` is not
 * an option.
 */
export function checkOptions<Options extends object>(
  who: string,
  options: Options | undefined,
  quote: Quote = quoted,
): Options {
  if (options === undefined) return Object.create(null)
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`${who}: options is ${quote(options)}; it must be an object.`)
  }
  const own = checkTable(`${who}: options`, options, common, quote)
  const { proxyOptions, expect } = own as { proxyOptions?: Record<string, unknown>; expect?: Record<string, unknown> }
  if (expect !== undefined) checkExpect(who, expect)
  for (const name of proxyOptions === undefined ? [] : ['host', 'port']) {
    if (proxyOptions?.[name] === undefined)
      throw new TypeError(`${who}: options.proxyOptions.${name} is missing. A proxy needs host and port.`)
  }
  return own as Options
}

/** An expectation that is not understood, or not there, would be one that nobody checks. */
function checkExpect(who: string, expect: Record<string, unknown>): void {
  const known = Object.keys(common.expect)
  const fields = Object.keys(expect)
  if (!fields.length || fields.some((field) => !known.includes(field) || !expect[field]))
    throw new TypeError(`${who}: options.expect must be some of ${known.join(', ')}.`)
}

/**
 * The options that a credential has in addition to those that all share. It does not compile unless every name is
 * there.
 */
export type OwnOptions<Options> = Readonly<Record<Exclude<NamesOf<Options>, keyof CredentialOptions>, true>>
type NamesOf<Options> = Options extends unknown ? keyof Options : never

/** Whether the option is one that all credentials share, or one of the credential's own. */
export function isKnown(name: string, own: object): boolean {
  return name in common || name in own
}

function checkTable(path: string, given: object, table: Table, quote: Quote): Record<string, unknown> {
  const values = unlessDenied<Record<string, unknown>>(() => Object.assign(Object.create(null), given))
  if (!values) throw new TypeError(`${path} cannot be read; it must be an object.`)
  for (const [name, check] of Object.entries(table)) {
    const value = values[name]
    if (value === undefined) continue
    if (isCheck(check)) {
      const [words, test] = check
      if (!unlessDenied(() => test(value as never)))
        throw new TypeError(`${path}.${name} is ${shown(name, value, quote)}; it must be ${words}.`)
    } else if (typeof value !== 'object' || value === null) {
      throw new TypeError(`${path}.${name} is ${quote(value)}; it must be an object.`)
    } else {
      values[name] = checkTable(`${path}.${name}`, value, check, quote)
    }
  }
  return values
}

function isCheck(check: Check | Table): check is Check {
  return Array.isArray(check)
}

/** A proxy's user name, password and host (a URL may contain both) are never repeated in a message. */
function shown(name: string, value: unknown, quote: Quote): string {
  return /password|username|host$/.test(name) && typeof value === 'string' && value !== '' ? 'given' : quote(value)
}
