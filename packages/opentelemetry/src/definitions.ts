/** What a metric measures. */
export interface MetricDefinition {
  /** The kind of its instrument. */
  kind: 'counter' | 'histogram' | 'gauge'
  /** UCUM, as OpenTelemetry has it. */
  unit: string
  /** What it tells, in a sentence. */
  description: string
  /** The names of its attributes: see {@link attributes}. */
  attributes: readonly string[]
  /** Where a histogram's buckets end, in its unit, unless a view of the program says otherwise. */
  buckets?: readonly number[]
}

/** The values that an attribute can have. None names a tenant, a user, a scope or an application. */
export interface AttributeDefinition {
  /** What it tells, without a full stop. */
  description: string
  /** All of them, where they can be listed. */
  values?: readonly string[]
}

/** The attributes of the metrics, by name (OpenTelemetry's rules for names; its own where it has one). */
export const attributes: Readonly<Record<string, AttributeDefinition>> = {
  'entrada.credential.name': { description: 'the class of the credential, of a member where a chain asked' },
  'entrada.credential.kind': { description: 'what ends', values: ['certificate', 'secret'] },
  'entrada.token.source': { description: 'where the token came from', values: ['memory', 'store', 'network', 'tool'] },
  'entrada.token.reason': {
    description:
      'why memory had no answer: it held no valid token, one was due for its refresh, or a claims challenge came',
    values: ['none-held', 'refresh', 'claims'],
  },
  'entrada.token.outcome': { description: 'whether there is a token', values: ['success', 'failure'] },
  'entrada.token.region': { description: 'the Azure region whose endpoint gave the token, if one was asked' },
  'entrada.store.operation': { description: 'what the store was asked', values: ['get', 'set', 'delete', 'lease'] },
  'entrada.store.outcome': {
    description: 'what the store did; a lease is hit where it was free',
    values: ['hit', 'miss', 'done', 'failed'],
  },
  'error.type': {
    description:
      'Entra ID’s code (AADSTS7000215), else the HTTP status, else the name of the error; none where all went well',
  },
  'http.response.status_code': { description: 'the status after which a request was repeated, if there was one' },
}

const ofToken: readonly string[] = [
  'entrada.credential.name',
  'entrada.token.source',
  'entrada.token.reason',
  'entrada.token.outcome',
  'entrada.token.region',
  'error.type',
]

/** The names of the metrics. */
export type MetricName =
  | 'entrada.token.duration'
  | 'entrada.token.requests'
  | 'entrada.token.remaining_life'
  | 'entrada.refresh.failures'
  | 'entrada.request.retries'
  | 'entrada.store.operations'
  | 'entrada.credential.expiry'

/** The metrics, by name. */
export const metrics: Readonly<Record<MetricName, MetricDefinition>> = {
  'entrada.token.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'How long it took to bring a token that memory did not have.',
    attributes: ofToken,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  },
  'entrada.token.requests': {
    kind: 'counter',
    unit: '{request}',
    description: 'Tokens asked for: each that came from memory, and each time that one was brought, or failed to be.',
    attributes: ofToken,
  },
  'entrada.token.remaining_life': {
    kind: 'histogram',
    unit: 's',
    description:
      'How much life a token had left when it was handed out; of those from memory, the least since the last reading.',
    attributes: ['entrada.credential.name', 'entrada.token.source'],
    buckets: [30, 60, 300, 600, 1800, 3600, 7200, 14_400, 28_800, 86_400],
  },
  'entrada.refresh.failures': {
    kind: 'counter',
    unit: '{failure}',
    description: 'Refreshes that failed in the background, while callers still got a token.',
    attributes: ['entrada.credential.name', 'error.type'],
  },
  'entrada.request.retries': {
    kind: 'counter',
    unit: '{retry}',
    description: 'Requests that were repeated: after an answer such as 429, or with no answer.',
    attributes: ['entrada.credential.name', 'http.response.status_code', 'error.type'],
  },
  'entrada.store.operations': {
    kind: 'counter',
    unit: '{operation}',
    description: 'What the token store was asked to do.',
    attributes: ['entrada.credential.name', 'entrada.store.operation', 'entrada.store.outcome'],
  },
  'entrada.credential.expiry': {
    kind: 'gauge',
    unit: 's',
    description: 'When a certificate or secret ends, in seconds since 1970, the first of those of this name.',
    attributes: ['entrada.credential.name', 'entrada.credential.kind'],
  },
}
