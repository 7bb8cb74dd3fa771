/** Finds what is wrong with a value: `undefined`, or what it must be. */
type Check = (value: unknown) => string | undefined

const must =
  (what: string, test: (value: unknown) => boolean): Check =>
  (value) =>
    test(value) ? undefined : what

const isFlag = /* @__PURE__ */ must('must be true or false', (value) => typeof value === 'boolean')
const isText = /* @__PURE__ */ must(
  'must be a text that is not empty',
  (value) => typeof value === 'string' && value !== '',
)
const isHeaderText = /* @__PURE__ */ must(
  'must be printable ASCII that is not empty',
  (value) => typeof value === 'string' && /^[\x20-\x7e]+$/.test(value),
)
const isHeaderName = /* @__PURE__ */ must(
  'must be the name of a header',
  (value) => typeof value === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(value),
)
const isCount = /* @__PURE__ */ must(
  'must be a whole number of 0 or more',
  (value) => Number.isSafeInteger(value) && Number(value) >= 0,
)
const isMilliseconds = /* @__PURE__ */ must(
  'must be a number of milliseconds of 0 or more',
  (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0,
)
const isFunction = /* @__PURE__ */ must('must be a function', (value) => typeof value === 'function')
const isPort = /* @__PURE__ */ must(
  'must be a port from 1 to 65535',
  (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65535,
)
const isProxyHost = /* @__PURE__ */ must(
  'must be a host, or an http or https URL of one',
  (value) =>
    typeof value === 'string' &&
    /^(?:https?:\/\/)?[\w.[\]:-]+\/?$/i.test(value) &&
    URL.canParse(value.includes('://') ? value : `http://${value}`),
)

const withMethods =
  (...names: string[]): Check =>
  (value) =>
    names.every((name) => typeof (value as Record<string, unknown> | null)?.[name] === 'function')
      ? undefined
      : `must have the methods ${names.join(', ')}`

type Table = Readonly<Record<string, Check | Readonly<Record<string, Check>>>>

const common: Table = {
  authorityHost: isText,
  fetch: isFunction,
  httpClient: /* @__PURE__ */ withMethods('sendRequest'),
  retryOptions: { maxRetries: isCount, retryDelayInMs: isMilliseconds, maxRetryDelayInMs: isMilliseconds },
  proxyOptions: { host: isProxyHost, port: isPort, username: isText, password: isText },
  tlsOptions: {},
  userAgentOptions: { userAgentPrefix: isHeaderText },
  telemetryOptions: { clientRequestIdHeaderName: isHeaderName },
  loggingOptions: { allowLoggingAccountIdentifiers: isFlag, enableUnsafeSupportLogging: isFlag },
  allowInsecureConnection: isFlag,
  disableInstanceDiscovery: isFlag,
  onEvent: isFunction,
  tokenStore: /* @__PURE__ */ withMethods('get', 'set', 'delete', 'list'),
  tokenCachePersistenceOptions: { enabled: isFlag, name: isText, unsafeAllowUnencryptedStorage: isFlag },
  additionallyAllowedTenants: /* @__PURE__ */ must(
    'must be a list of tenants, or of "*"',
    (value) =>
      Array.isArray(value) &&
      value.every((tenant) => tenant === '*' || (typeof tenant === 'string' && /^[0-9a-zA-Z.-]+$/.test(tenant))),
  ),
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
      `${who}: options is ${show(options)}; it must be an object, such as { authorityHost: "https://…" }.`,
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
    if (typeof check === 'function') {
      const fault = check(value)
      if (fault !== undefined) throw new TypeError(`${path}.${name} is ${shown(name, value)}; it ${fault}.`)
    } else if (typeof value !== 'object' || value === null) {
      throw new TypeError(`${path}.${name} is ${show(value)}; it must be an object.`)
    } else {
      checkTable(`${path}.${name}`, value as Record<string, unknown>, check)
    }
  }
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
