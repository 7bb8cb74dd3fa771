import type { AppServiceApiVersion, Distortion, ManagedIdentityOptions } from './declaration.ts'
import type { ManagedIdentity } from './identity.ts'
import { misuse } from './misuse.ts'

type HostName = ManagedIdentityOptions['host']

const COMMON = ['host', 'identities', 'tokenLifetimeSeconds', 'cacheSeconds', 'refreshInSeconds', 'distortion']

/** The options of each kind of host. */
const KNOWN: Readonly<Record<HostName, readonly string[]>> = {
  imds: [...COMMON, 'rateLimit'],
  'app-service': [...COMMON, 'apiVersions'],
  'azure-arc': [...COMMON, 'keyDirectory', 'shownKeyDirectory', 'userAssigned'],
  'service-fabric': COMMON,
  'machine-learning': COMMON,
  'cloud-shell': [...COMMON, 'audiences'],
  aks: ['host', 'identities', 'serviceAccount', 'namespace', 'tokenFile'],
}

const API_VERSIONS: readonly AppServiceApiVersion[] = ['2017-09-01', '2019-08-01', '2025-03-30']
const EXPIRES_ON = ['seconds', 'number', 'milliseconds', 'iso', 'us-12-hour', 'us-24-hour']
const DISTORTIONS = [
  ...['identity', 'tokenOf', 'resource', 'expiresOn', 'fields', 'challenge', 'keepsChallenging'],
] as const

/** Throws a `TypeError` for options that make no sense, a misspelt name among them. */
export function checkOptions(options: ManagedIdentityOptions): void {
  const given: unknown = options
  const host = typeof given === 'object' && given !== null ? (given as { host?: unknown }).host : undefined
  const known = typeof host === 'string' && Object.hasOwn(KNOWN, host) ? KNOWN[host as HostName] : undefined
  if (known === undefined) {
    throw misuse(`host ${JSON.stringify(host)} is unknown`, `Use one of ${Object.keys(KNOWN).join(', ')}.`)
  }
  const stranger = Object.keys(options).find((name) => !known.includes(name))
  if (stranger !== undefined) throw misuse(`${host} has no option ${JSON.stringify(stranger)}`, `It has: ${known}.`)
  checkValues(options)
}

function checkValues(options: ManagedIdentityOptions): void {
  if (options.host === 'aks') {
    for (const name of ['serviceAccount', 'namespace', 'tokenFile'] as const) text(options[name], name)
    return
  }
  count(options.tokenLifetimeSeconds, 'tokenLifetimeSeconds', 1)
  count(options.cacheSeconds, 'cacheSeconds', 0)
  count(options.refreshInSeconds, 'refreshInSeconds', 1)
  if (options.host === 'imds' && typeof options.rateLimit === 'object') {
    count(options.rateLimit.perSecond, 'rateLimit.perSecond', 1)
    count(options.rateLimit.concurrent, 'rateLimit.concurrent', 1)
  }
  if (options.host === 'app-service') {
    const strange = options.apiVersions?.find((version) => !API_VERSIONS.includes(version))
    if (strange !== undefined || options.apiVersions?.length === 0) {
      throw misuse(`apiVersions has ${JSON.stringify(strange ?? null)}`, `Use some of ${API_VERSIONS.join(', ')}.`)
    }
  }
  if (options.host === 'azure-arc') {
    if (options.keyDirectory === undefined) throw misuse('keyDirectory is missing', 'Name a folder for key files.')
    text(options.keyDirectory, 'keyDirectory')
    text(options.shownKeyDirectory, 'shownKeyDirectory')
    if (options.userAssigned !== undefined && !['refuse', 'ignore'].includes(options.userAssigned)) {
      throw misuse('userAssigned is none of its values', "Write 'refuse' or 'ignore'.")
    }
  }
}

/** Throws a `TypeError` where a kind of host cannot have these identities. */
export function checkIdentities(host: HostName, identities: readonly ManagedIdentity[]): void {
  if (host === 'azure-arc' && identities.some(({ system }) => !system)) {
    throw misuse('identities has one that is user-assigned', 'An Arc-enabled server has a system-assigned one alone.')
  }
  if ((host === 'service-fabric' || host === 'cloud-shell' || host === 'aks') && identities.length > 1) {
    throw misuse(`identities has ${identities.length}`, `${host} has one, which requests cannot choose.`)
  }
  if (host === 'aks' && identities[0]?.system !== false) {
    throw misuse('identities has none that is user-assigned', 'A pod signs in as one: { clientId }.')
  }
}

/** The identities of this name or client id. Throws a `TypeError` where there is none. */
export function checkDistortion(
  distortion: Distortion | undefined,
  host: HostName,
  identities: readonly ManagedIdentity[],
): Distortion {
  if (distortion === undefined) return {}
  const stranger = Object.keys(distortion).find((name) => !(DISTORTIONS as readonly string[]).includes(name))
  if (stranger !== undefined) {
    throw misuse(`distortion has no field ${JSON.stringify(stranger)}`, `Its fields are: ${DISTORTIONS.join(', ')}.`)
  }
  for (const named of [distortion.identity, distortion.tokenOf]) {
    if (named !== undefined) identityOf(identities, named)
  }
  if (distortion.expiresOn !== undefined && !EXPIRES_ON.includes(distortion.expiresOn)) {
    throw misuse('distortion.expiresOn is none of its values', `Use one of ${EXPIRES_ON.join(', ')}.`)
  }
  if (host !== 'azure-arc' && (distortion.challenge ?? distortion.keepsChallenging) !== undefined) {
    throw misuse(`${host} sends no challenge`, 'Only azure-arc does.')
  }
  return { ...distortion }
}

/** By name or client id. */
export function identityOf(identities: readonly ManagedIdentity[], named: string): ManagedIdentity {
  const found = identities.find(({ name, clientId }) => name === named || clientId === named.toLowerCase())
  if (found) return found
  throw misuse(
    `distortion names the identity ${JSON.stringify(named)}, which the host has not`,
    `It has: ${identities.map(({ name }) => name).join(', ') || 'none'}.`,
  )
}

function count(value: number | undefined, name: string, least: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= least)) return
  throw misuse(`${name} ${value} is not a whole number`, `Use ${least} or more.`)
}

function text(value: string | undefined, name: string): void {
  if (value === undefined || (typeof value === 'string' && value !== '')) return
  throw misuse(`${name} is not a text`, 'Write a text, or leave it out.')
}
