import type { AppServiceApiVersion, Distortion, ManagedIdentityOptions } from './declaration.ts'
import type { ManagedIdentity } from './identity.ts'

type HostName = ManagedIdentityOptions['host']

const commonOptions = ['host', 'identities', 'tokenLifetimeSeconds', 'cacheSeconds', 'refreshInSeconds', 'distortion']

/** The options of each kind of host. */
const knownOptions: Readonly<Record<HostName, readonly string[]>> = {
  imds: [...commonOptions, 'rateLimit'],
  'app-service': [...commonOptions, 'apiVersions'],
  'azure-arc': [...commonOptions, 'keyDirectory', 'shownKeyDirectory', 'userAssigned'],
  'service-fabric': commonOptions,
  'machine-learning': commonOptions,
  'cloud-shell': [...commonOptions, 'audiences'],
  aks: ['host', 'identities', 'serviceAccount', 'namespace', 'tokenFile'],
}

const appServiceVersions: readonly AppServiceApiVersion[] = ['2017-09-01', '2019-08-01', '2025-03-30']
const expiresOnFormats = ['seconds', 'number', 'milliseconds', 'iso', 'us-12-hour', 'us-24-hour']
const distortionFields = [
  ...['identity', 'tokenOf', 'resource', 'expiresOn', 'fields', 'challenge', 'keepsChallenging'],
] as const

/** Throws a `TypeError` for an invalid or misspelt option. */
export function checkOptions(options: ManagedIdentityOptions): void {
  const given: unknown = options
  const host = typeof given === 'object' && given !== null ? (given as { host?: unknown }).host : undefined
  const known =
    typeof host === 'string' && Object.hasOwn(knownOptions, host) ? knownOptions[host as HostName] : undefined
  if (known === undefined) {
    throw misuse(`host ${JSON.stringify(host)} is unknown`, `Use one of ${Object.keys(knownOptions).join(', ')}.`)
  }
  const unknownName = Object.keys(options).find((name) => !known.includes(name))
  if (unknownName !== undefined)
    throw misuse(`${host} has no option ${JSON.stringify(unknownName)}`, `Its options are: ${known.join(', ')}.`)
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
    const unknownVersion = options.apiVersions?.find((version) => !appServiceVersions.includes(version))
    const remedy = `Use one or more of ${appServiceVersions.join(', ')}.`
    if (unknownVersion !== undefined) throw misuse(`apiVersions contains ${JSON.stringify(unknownVersion)}`, remedy)
    if (options.apiVersions?.length === 0) throw misuse('apiVersions is empty', remedy)
  }
  if (options.host === 'azure-arc') {
    if (options.keyDirectory === undefined) throw misuse('keyDirectory is missing', 'Pass the directory for key files.')
    text(options.keyDirectory, 'keyDirectory')
    text(options.shownKeyDirectory, 'shownKeyDirectory')
    if (options.userAssigned !== undefined && !['refuse', 'ignore'].includes(options.userAssigned)) {
      throw misuse('userAssigned is not one of its values', "Use 'refuse' or 'ignore'.")
    }
  }
}

/** Throws a `TypeError` if this kind of host cannot have these identities. */
export function checkIdentities(host: HostName, identities: readonly ManagedIdentity[]): void {
  if (host === 'azure-arc' && identities.some(({ system }) => !system)) {
    throw misuse('identities has a user-assigned one', 'An Arc-enabled server has only a system-assigned identity.')
  }
  if ((host === 'service-fabric' || host === 'cloud-shell' || host === 'aks') && identities.length > 1) {
    throw misuse(
      `identities has ${identities.length} entries`,
      `${host} has one identity, which requests cannot choose.`,
    )
  }
  if (host === 'aks' && identities[0]?.system !== false) {
    throw misuse('identities has no user-assigned one', 'A pod signs in as a user-assigned identity: { clientId }.')
  }
}

/** The distortion, checked. Throws a `TypeError` for an invalid one. */
export function checkDistortion(
  distortion: Distortion | undefined,
  host: HostName,
  identities: readonly ManagedIdentity[],
): Distortion {
  if (distortion === undefined) return {}
  const unknownName = Object.keys(distortion).find((name) => !(distortionFields as readonly string[]).includes(name))
  if (unknownName !== undefined) {
    throw misuse(
      `distortion has no field ${JSON.stringify(unknownName)}`,
      `Its fields are: ${distortionFields.join(', ')}.`,
    )
  }
  for (const nameOrId of [distortion.identity, distortion.tokenOf]) {
    if (nameOrId !== undefined) identityOf(identities, nameOrId)
  }
  if (distortion.expiresOn !== undefined && !expiresOnFormats.includes(distortion.expiresOn)) {
    throw misuse('distortion.expiresOn is not one of its values', `Use one of ${expiresOnFormats.join(', ')}.`)
  }
  if (host !== 'azure-arc' && (distortion.challenge ?? distortion.keepsChallenging) !== undefined) {
    throw misuse(`${host} does not send challenges`, 'Only azure-arc does.')
  }
  return { ...distortion }
}

/** By name or client id. */
export function identityOf(identities: readonly ManagedIdentity[], nameOrId: string): ManagedIdentity {
  const found = identities.find(({ name, clientId }) => name === nameOrId || clientId === nameOrId.toLowerCase())
  if (found) return found
  throw misuse(
    `distortion names the identity ${JSON.stringify(nameOrId)}, which the host does not have`,
    `It has: ${identities.map(({ name }) => name).join(', ') || 'none'}.`,
  )
}

function count(value: number | undefined, name: string, least: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= least)) return
  throw misuse(`${name} ${value} is not a whole number of at least ${least}`, `Use ${least} or more.`)
}

function text(value: string | undefined, name: string): void {
  if (value === undefined || (typeof value === 'string' && value !== '')) return
  throw misuse(`${name} is not a non-empty string`, 'Use a non-empty string, or omit it.')
}

/** The error for an invalid option of `managedIdentity`. */
export function misuse(fault: string, remedy: string): TypeError {
  return new TypeError(`Emulator: managedIdentity: ${fault}. ${remedy}`)
}
