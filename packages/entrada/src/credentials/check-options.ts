/** What an option must be, in words and as a test. */
type Check = readonly [words: string, test: (value: never) => boolean]

const flag: Check = ['true or false', (value: unknown) => typeof value === 'boolean']
const text: Check = ['a text that is not empty', (value: unknown) => typeof value === 'string' && value !== '']
const callback: Check = ['a function', (value: unknown) => typeof value === 'function']
const count: Check = ['a whole number of 0 or more', (value: number) => Number.isSafeInteger(value) && value >= 0]
const milliseconds: Check = [
  'a number of milliseconds of 0 or more',
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
const headerText: Check = ['printable ASCII that is not empty', (value: unknown) => matches(value, /^[\x20-\x7e]+$/)]
const headerName: Check = ['the name of a header', (value: unknown) => matches(value, /^[\w!#$%&'*+.^`|~-]+$/)]
const tenants: Check = [
  'a list of tenants, or of "*"',
  (value: unknown) => Array.isArray(value) && value.every((tenant) => matches(tenant, /^(?:\*|[0-9a-zA-Z.-]+)$/)),
]
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

const common: Table = {
  authorityHost: text,
  fetch: callback,
  httpClient: client,
  retryOptions: { maxRetries: count, retryDelayInMs: milliseconds, maxRetryDelayInMs: milliseconds },
  proxyOptions: { host: proxyHost, port, username: text, password: text },
  tlsOptions: {},
  userAgentOptions: { userAgentPrefix: headerText },
  telemetryOptions: { clientRequestIdHeaderName: headerName },
  loggingOptions: { allowLoggingAccountIdentifiers: flag, enableUnsafeSupportLogging: flag },
  allowInsecureConnection: flag,
  disableInstanceDiscovery: flag,
  sendCertificateChain: flag,
  enableAzureProxy: flag,
  onEvent: callback,
  tokenStore: store,
  tokenCachePersistenceOptions: { enabled: flag, name: text, unsafeAllowUnencryptedStorage: flag },
  additionallyAllowedTenants: tenants,
  host: {},
}

/**
 * Checks the options that a caller gave, before any work. Throws a `TypeError` that names the option, its value if that
 * can be shown, and what it must be. Names that nobody knows are let through: a newer program's, or a typed one's.
 */
export function checkOptions(who: string, options: unknown): void {
  if (options === undefined) return
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(
      `${who}: options is ${show(options)}; it must be an object, such as { authorityHost: "https://..." }.`,
    )
  }
  checkTable(`${who}: options`, options as Record<string, unknown>, common)
  const { proxyOptions } = options as { proxyOptions?: Record<string, unknown> }
  for (const name of proxyOptions === undefined ? [] : ['host', 'port']) {
    if (proxyOptions?.[name] === undefined) throw new TypeError(`${who}: options.proxyOptions.${name} is not given.`)
  }
}

function checkTable(path: string, values: Record<string, unknown>, table: Table): void {
  for (const [name, check] of Object.entries(table)) {
    const value = values[name]
    if (value === undefined) continue
    if (isCheck(check)) {
      const [words, test] = check
      if (!test(value as never)) throw new TypeError(`${path}.${name} is ${shown(name, value)}; it must be ${words}.`)
    } else if (typeof value !== 'object' || value === null) {
      throw new TypeError(`${path}.${name} is ${show(value)}; it must be an object.`)
    } else {
      checkTable(`${path}.${name}`, value as Record<string, unknown>, check)
    }
  }
}

function isCheck(check: Check | Table): check is Check {
  return Array.isArray(check)
}

/** A proxy's address may hold a password, which no message repeats. */
function shown(name: string, value: unknown): string {
  return /password|username|host$/.test(name) && typeof value === 'string' && value !== '' ? 'given' : show(value)
}

function show(value: unknown): string {
  if (typeof value === 'string')
    return value.length > 80 ? `a text of ${value.length} characters` : JSON.stringify(value)
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object'
  return typeof value === 'function' ? 'a function' : String(value)
}
