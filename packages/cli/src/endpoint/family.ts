/** A request, its head read and its body within bounds. */
export interface EndpointRequest {
  method: string
  /** Without the secret, where that was a part of it. */
  path: string
  query: URLSearchParams
  /** Names in lower case. */
  headers: Readonly<Record<string, string | undefined>>
  /** Fields of a form in the body. */
  form: URLSearchParams
}

/** Which identity a client wants the token of, by one of its ids. */
export interface Selector {
  by: 'clientId' | 'objectId' | 'resourceId'
  value: string
}

/** What a client asks for. */
export type Asked =
  | { kind: 'token'; resource: string; selector?: Selector }
  /** A token to present as an assertion, for this audience. */
  | { kind: 'assertion'; audience: string }

export interface Refusal {
  status: number
  /** One sentence or two: what is wrong, and the remedy. */
  reason: string
}

/** A token on its way to the client. Times are seconds. */
export interface GivenToken {
  token: string
  resource: string
  /** Since the epoch. */
  expiresOn: number
  expiresIn: number
  /** The app that the token was issued to, where the token says so. */
  clientId: string | undefined
}

export type FamilyName = 'app-service' | 'imds' | 'cloud-shell' | 'oidc'

/** How one kind of client asks for tokens: its path, its proof, its words. */
export interface Family {
  readonly name: FamilyName
  readonly method: 'GET' | 'POST'
  readonly path: string
  /**
   * The secret as its clients send it, `undefined` if this request has none. A family without this function has clients
   * that send no secret.
   */
  readonly shownSecret?: (request: EndpointRequest) => string | undefined
  /** What the request asks for, or why it is malformed. */
  read(request: EndpointRequest): Asked | Refusal
  /** The body of a response. */
  answer(given: GivenToken): object
  /** The body of a refusal. */
  refuse(refusal: Refusal): object
}

/** A parameter that may be given once, and not be empty. */
export function single(parameters: URLSearchParams, name: string): string | undefined {
  const values = parameters.getAll(name)
  return values.length === 1 ? values[0] || undefined : undefined
}

/** The selector that the parameters have, or why they have none that could be meant. */
function readSelector(
  parameters: URLSearchParams,
  names: Readonly<Record<string, Selector['by']>>,
): { selector?: Selector } | Refusal {
  const used = Object.entries(names).filter(([name]) => parameters.has(name))
  const [first] = used
  if (first === undefined) return {}
  if (used.length > 1) return { status: 400, reason: `Only one of ${Object.keys(names).join(', ')} may be given.` }
  const [name, by] = first
  const value = single(parameters, name)
  if (value === undefined) return { status: 400, reason: `The parameter ${name} must be given once, and not be empty.` }
  return { selector: { by, value } }
}

/** The resource of a request, or why it has none. */
export function readResource(
  parameters: URLSearchParams,
  names: Readonly<Record<string, Selector['by']>>,
): Asked | Refusal {
  const resource = single(parameters, 'resource')
  if (resource === undefined)
    return { status: 400, reason: 'The parameter resource must be given once, and not be empty.' }
  const read = readSelector(parameters, names)
  return 'status' in read ? read : { kind: 'token', resource, ...read }
}
