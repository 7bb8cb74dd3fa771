import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TokenCredential } from 'entrada'
import type { AssertionSource } from '../assertion/assertion-source.ts'
import { allowedScopes } from './allowed-scopes.ts'
import { appService } from './app-service.ts'
import type { AuditEntry } from './audit.ts'
import { boundedServer, readBody, type ServerBounds, usualBounds } from './bounded-server.ts'
import { cloudShell } from './cloud-shell.ts'
import type { EndpointRequest, Family, FamilyName, Refusal } from './family.ts'
import { give, type TokenGiver } from './give.ts'
import { guard, hostHeaders } from './guards.ts'
import { imds } from './imds.ts'
import { listenAt, type Place } from './listening.ts'
import { oidcRequest } from './oidc-request.ts'
import { peerUser } from './peer-user.ts'
import { type Proof, proveCaller } from './proof.ts'
import { type RateLimit, rateLimit } from './rate-limit.ts'
import { newSecret } from './secret.ts'

const families: readonly Family[] = [appService, imds, cloudShell, oidcRequest]

/** The names by which a client of this machine reaches a server on loopback. */
const loopbackNames = ['127.0.0.1', 'localhost', '::1']

export interface EndpointOptions {
  credential: TokenCredential
  /** Families whose clients send no secret, and that are answered all the same. Default: none. */
  secretless?: readonly FamilyName[]
  /** Default: a free port on 127.0.0.1. */
  place?: Place
  /** Host names that are answered beside those of loopback. */
  hosts?: readonly string[]
  /** Scopes or resources that are given. Default: each. */
  allowScopes?: readonly string[] | undefined
  /** Answers a client that names an identity with the credential's token, whoever's it is. Default: only with that identity's. */
  anyIdentity?: boolean | undefined
  /** Gets a token to present as an assertion, for an audience. Without it such requests are refused. */
  assertion?: AssertionSource | undefined
  /** Told of every request. */
  audit?: (entry: AuditEntry) => void
  bounds?: Partial<ServerBounds>
  limit?: { perSecond: number; burst: number; concurrent: number }
  /** The outside world. */
  world?: Partial<EndpointWorld>
}

interface EndpointWorld {
  /** Milliseconds since the epoch. */
  now(): number
  /** Milliseconds, by a clock that nobody sets. */
  monotonic(): number
  ownUser(): number | undefined
  peerUser: typeof peerUser
  newSecret(): string
}

/** A managed-identity endpoint on this machine. */
export interface Endpoint {
  readonly port: number | undefined
  /** What callers have to know. It must not be shown to anybody else. */
  readonly secret: string
  /** Ends every connection, and frees the port. */
  close(): Promise<void>
}

const usualLimit = { perSecond: 100, burst: 200, concurrent: 32 }

/** Starts an endpoint that gives a credential's tokens to programs which ask as they would on an Azure host. */
export async function startEndpoint(options: EndpointOptions): Promise<Endpoint> {
  const { place = { address: '127.0.0.1', port: 0 }, audit = () => undefined } = options
  const bounds = { ...usualBounds, ...options.bounds }
  const world: EndpointWorld = { ...thisWorld, ...options.world }
  const secret = world.newSecret()
  let hosts: ReadonlySet<string> = new Set()
  const parts: Parts = {
    proof: { secret, secretless: new Set(options.secretless), ...world },
    limit: rateLimit({ ...(options.limit ?? usualLimit), monotonic: world.monotonic }),
    giver: {
      credential: options.credential,
      assertion: options.assertion,
      isAllowed: allowedScopes(options.allowScopes),
      anyIdentity: options.anyIdentity === true,
      now: world.now,
    },
    bodyBytes: bounds.bodyBytes,
    hosts: () => hosts,
  }
  const server = boundedServer(bounds, (request, response) => {
    const begun = world.monotonic()
    const peer =
      request.socket.remoteAddress === undefined
        ? 'socket'
        : `${request.socket.remoteAddress}:${request.socket.remotePort}`
    const seen: Seen = {}
    answer(parts, { request, response, seen })
      .catch(() => ({ status: 500, body: { error: 'server_error' }, reason: 'the request could not be read' }))
      .then(({ status, body, reason }) => {
        send(response, status, body)
        const { family, resource } = seen
        audit({
          at: world.now(),
          status,
          ...(family && { family }),
          ...(resource !== undefined && { resource: resource.replaceAll(secret, '(secret)') }),
          peer,
          milliseconds: world.monotonic() - begun,
          ...(reason !== undefined && { reason: reason.replaceAll(secret, '(secret)') }),
        })
      })
      // Only the connection itself can still fail here: the client sees a closed socket.
      .catch(() => response.destroy())
  })
  const port = await listenAt(server, place)
  hosts = hostHeaders([...loopbackNames, ...(options.hosts ?? [])], port)
  return {
    port,
    secret,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const thisWorld: EndpointWorld = {
  now: Date.now,
  monotonic: () => performance.now(),
  ownUser: () => process.getuid?.(),
  peerUser,
  newSecret,
}

interface Parts {
  proof: Proof
  limit: RateLimit
  giver: TokenGiver
  bodyBytes: number
  hosts(): ReadonlySet<string>
}

/** What the audit line is to say of a request, as far as it was read. */
interface Seen {
  family?: FamilyName
  resource?: string
}

interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  seen: Seen
}

interface Answer {
  status: number
  body: object
  reason?: string
}

async function answer(parts: Parts, { request, response, seen }: Exchange): Promise<Answer> {
  const { method = '', url: target = '', socket } = request
  const headers = singleHeaders(request)
  const guarded = guard({ method, target, headers }, parts.hosts())
  if (guarded) return plainRefusal(guarded)
  const read = await readRequest(request, { method, target, headers }, parts.bodyBytes)
  if ('status' in read) return plainRefusal(read)
  const { pathSecret, path } = splitPath(read.path)
  const family = families.find((each) => each.path === path)
  if (family === undefined) return plainRefusal(notHere(path))
  seen.family = family.name
  const refused = (refusal: Refusal): Answer => ({ ...refusal, body: family.refuse(refusal) })
  if (method !== family.method) return refused({ status: 405, reason: `This address takes ${family.method}.` })
  const proved = await proveCaller(parts.proof, { family, request: read, pathSecret, connection: socket })
  if (proved) return refused(proved)
  if (!parts.limit.enter()) {
    response.setHeader('retry-after', '1')
    return refused({ status: 429, reason: 'Too many requests. Try again in a second.' })
  }
  const left = new AbortController()
  response.once('close', () => left.abort())
  try {
    const asked = family.read(read)
    if ('status' in asked) return refused(asked)
    seen.resource = asked.kind === 'token' ? asked.resource : asked.audience
    const given = await give(parts.giver, asked, left.signal)
    return 'status' in given ? refused(given) : { status: 200, body: family.answer(given) }
  } finally {
    parts.limit.leave()
  }
}

/** The form that a request without a family is refused in. */
function plainRefusal(refusal: Refusal): Answer {
  return { ...refusal, body: { error: { code: String(refusal.status), message: refusal.reason } } }
}

function notHere(path: string): Refusal {
  // Asked by azcopy and others; they do without it.
  if (path.startsWith('/metadata/instance')) {
    return { status: 404, reason: 'There is no instance metadata here: this is not a virtual machine.' }
  }
  return { status: 404, reason: 'There is nothing at this address.' }
}

/** A header that is there twice is the two values in one, which no rule accepts. */
function singleHeaders(request: IncomingMessage): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(request.headersDistinct).map(([name, values]) => [name, values?.join(', ')]))
}

async function readRequest(
  request: IncomingMessage,
  { method, target, headers }: { method: string; target: string; headers: EndpointRequest['headers'] },
  bodyBytes: number,
): Promise<EndpointRequest | Refusal> {
  const body = await readBody(request, bodyBytes)
  if (body === undefined) return { status: 413, reason: `The body is longer than ${bodyBytes} bytes.` }
  const [, path = '', query = ''] = /^([^?]*)\??(.*)$/s.exec(target) ?? []
  const isForm = /^application\/x-www-form-urlencoded\s*(;|$)/i.test(headers['content-type'] ?? '')
  return {
    method,
    path: path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path,
    query: new URLSearchParams(query),
    headers,
    form: new URLSearchParams(isForm ? body : ''),
  }
}

/** `/{secret}/rest`: a secret is 64 hexadecimal digits. */
function splitPath(path: string): { pathSecret: string | undefined; path: string } {
  const [, pathSecret, rest] = /^\/([0-9a-f]{64})(\/.*)$/.exec(path) ?? []
  return { pathSecret, path: rest ?? path }
}

function send(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(text)),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  response.end(text)
}
