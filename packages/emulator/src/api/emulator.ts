import type { AppChanges } from '../directory/app-declaration.ts'
import type { DirectoryDeclaration, UserDeclaration } from '../directory/declaration.ts'
import { readDirectoryFile, withManifests } from '../directory/load.ts'
import { declaredApp } from '../directory/lookup.ts'
import { createHandler } from '../http/handler.ts'
import { isLoopback, isOneOf } from '../http/host-names.ts'
import { nodeListener } from '../http/node-listener.ts'
import type { ReceivedRequest } from '../http/received-request.ts'
import { createRequestLog, type RequestLog } from '../http/request-log.ts'
import { socketlessFetch, socketlessHandler } from '../http/socketless-fetch.ts'
import { answeredRequest } from '../live/seen-exchange.ts'
import { createManagedIdentities, type ManagedIdentities } from '../managed-identity/managed-identity.ts'
import { createRunningHosts } from '../managed-identity/running-hosts.ts'
import { createIssuers } from '../oidc/issuers.ts'
import { createJobs } from '../oidc/jobs.ts'
import { createWorkloads, type Workloads } from '../oidc/workloads.ts'
import {
  createCertificateFor,
  createServerCertificate,
  type ServerCertificate,
  withLoopback,
} from '../pki/certificate-authority.ts'
import { emptied } from '../primitives/kept.ts'
import { isHealthPath } from '../routes/health.ts'
import { isLivePath } from '../routes/live.ts'
import { createRoutes } from '../routes/routes.ts'
import type { Service } from '../routes/service.ts'
import { createTokenSigner } from '../token/token-signer.ts'
import { appEnvironment } from './app-environment.ts'
import { type Clock, createClock } from './clock.ts'
import { createCurrentDirectory } from './current-directory.ts'
import { createFaults, type Faults, playFault } from './faults.ts'
import { authorityOf, keptDefaultDirectory, keptSigningKey } from './kept-secrets.ts'
import { acquireMachineResources, type Ports } from './machine-resources.ts'
import { createMemory } from './memory.ts'
import { type EmulatorOptions, type ResolvedOptions, resolveOptions } from './options.ts'
import { createDeviceSignIns, createSignIns, type DeviceSignIns, revokeSessions, type SignIns } from './sign-ins.ts'
import { noState, openStateFolder, type State } from './state-folder.ts'

declare global {
  // As in the lib for disposables, for programs that do without it.
  interface SymbolConstructor {
    readonly asyncDispose: unique symbol
  }
  interface AsyncDisposable {
    [Symbol.asyncDispose](): PromiseLike<void>
  }
}

/** A running emulator. */
export interface Emulator extends ManagedIdentities, SignIns, DeviceSignIns, Workloads {
  /** `https://localhost:PORT`, without a trailing slash. */
  readonly url: string
  /** `http://localhost:PORT`. */
  readonly httpUrl: string
  /**
   * The authority behind the server's certificate: as PEM, as a file, and as a file together with the authorities that
   * this machine trusts, for `NODE_EXTRA_CA_CERTS`, `SSL_CERT_FILE` or `REQUESTS_CA_BUNDLE`.
   */
  readonly ca: {
    /** The certificate, as PEM. */
    readonly pem: string
    /** A file with the certificate alone. */
    readonly path: string
    /** A file with the certificate and those of the authorities that this machine trusts. */
    readonly bundlePath: string
  }
  /** A certificate by the same authority for a server of your own, as `createServerCertificate` makes it. */
  serverCertificate(hosts?: readonly string[]): Promise<ServerCertificate>
  /** The declaration, including generated secrets, but not users who were added. */
  readonly directory: DirectoryDeclaration
  /**
   * Declares tenants, apps and users again, from the next request on; users who were added are kept. Throws a
   * `TypeError` for an invalid declaration, and continues with the previous one.
   */
  setDirectory(directory: DirectoryDeclaration): void
  /**
   * Forgets what happened, for the next test: directory changes, added users, consents, codes, sessions, refresh
   * tokens, faults, the log and clock changes. Keys, ports, access tokens and running managed identity hosts are kept.
   */
  reset(): void
  /** Answers a request without a socket. Rejects with a `TypeError` if a fault would break the connection. */
  handler(request: Request): Promise<Response>
  /** `fetch` without a socket. Works detached from the emulator. */
  fetch(url: string | URL | Request, init?: RequestInit): Promise<Response>
  /** The variables with which a program signs in as an app, named by name or client id; default: the first app. */
  env(app?: string): Record<string, string>
  /** Adds a user, known from the next request on; `objectId` is optional. Throws a `TypeError` for invalid fields. */
  addUser(user: Omit<UserDeclaration, 'objectId'> & { objectId?: string }): void
  /** Changes an app's registration from the next request on; the given fields replace the declared ones. */
  updateApp(app: string, changes: AppChanges): void
  /** Its clock, which tests move: tokens, codes and secrets expire by it. */
  readonly clock: Clock
  /** What goes wrong with the next requests, or with all: a status, a refusal by its AADSTS code, a delay, a broken connection. */
  readonly faults: Faults
  /** Every request that it received, oldest first. */
  readonly requests: RequestLog
  /** Lets the process end although the emulator is running. Managed identity hosts still keep it alive. */
  unref(): void
  /** Ends connections and pending delays, frees the ports and removes the CA file. May be called twice. */
  close(): Promise<void>
  /** Calls `close()`, at the end of a block with `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Starts an emulator on loopback. Rejects with a `TypeError` for an invalid option or directory, and with an `Error`
 * when a port is taken or the directory file cannot be read; then nothing is left running.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const resolved = resolveOptions(options)
  const state = resolved.state === undefined ? noState : await openStateFolder(resolved.state)
  try {
    return await startWith(resolved, state)
  } catch (error) {
    await state.close()
    throw error
  }
}

async function startWith(resolved: ResolvedOptions, state: State): Promise<Emulator> {
  const source = resolved.directory ?? keptDefaultDirectory(state)
  const declaration =
    typeof source === 'string' ? await readDirectoryFile(source) : await withManifests(source, process.cwd())
  const { directory, ...directories } = createCurrentDirectory(declaration, state)
  // Before the certificates: RSA keys are generated off the main thread, which loads the X.509 library in the meantime.
  const signingKey = inBackground(keptSigningKey('signing key', state))
  const ca = await authorityOf(resolved, state)
  const tls = await createCertificateFor(ca, withLoopback(resolved.hosts), 'startEmulator')
  const clock = createClock(resolved.now)
  const { faults, take } = createFaults()
  const { log, add } = createRequestLog()
  const closing = new AbortController()
  let [url, httpUrl] = ['', '']

  const service: Service = {
    directory,
    signingKey,
    signer: createTokenSigner(signingKey, { signatures: resolved.signatures, hook: resolved.claims }),
    ...createMemory(resolved, state),
    controls: {
      faults,
      clock: { advance: clock.advance, reset: clock.reset, moved: () => clock.now() - resolved.now() },
      revoke: (objectId) => revokeSessions(service, objectId),
      variables: (app) => env(app),
    },
    issuers: createIssuers({
      origin: () => url,
      now: clock.now,
      keyFor: (name) => keptSigningKey(`key of ${name}`, state),
    }),
    jobs: createJobs(),
    identityHosts: createRunningHosts(),
    region: resolved.region,
    now: clock.now,
    issuer: (tenantId) =>
      resolved.issuer === 'public-cloud' ? `https://sts.windows.net/${tenantId}/` : `${url}/${tenantId}/`,
    answersTo: (hostname) => isLoopback(hostname) || isOneOf(resolved.hosts, hostname),
    listeningHosts: () => [new URL(url).host, new URL(httpUrl).host],
    ...resolved.lifetimes,
  }
  const routes = createRoutes(service)
  const route = async (request: ReceivedRequest): Promise<Response> => {
    const response = await routes(request)
    // What a client has been told must survive, however the process ends.
    await state.written()
    return response
  }
  const answer = createHandler({
    now: clock.now,
    answersTo: service.answersTo,
    isUnlogged: (path) => isLivePath(path) || isHealthPath(path),
    isForProbes: isHealthPath,
    log: add,
    route,
    play: (request, signals, answerer) => playFault(take(request.path), request, clock.now, signals, answerer),
    identityHost: (request, entry, play) => service.identityHosts.answer(request, entry, play, () => route(request)),
    record: (...exchange) => {
      const seen = service.traffic.add(...exchange)
      if (seen) resolved.onRequest?.(answeredRequest(service, seen))
    },
    closing: closing.signal,
  })

  let ports: Ports | undefined = state.part('ports', () => ports)
  const machine = await acquireMachineResources({
    hostname: resolved.hostname,
    port: resolved.port ?? ports?.https ?? 0,
    httpPort: resolved.httpPort ?? ports?.http ?? 0,
    folder: resolved.state,
    env: process.env,
    ca,
    tls,
    listener: (scheme) => nodeListener(scheme, answer),
  })
  ports = { https: machine.httpsPort, http: machine.httpPort }
  state.changed()
  machine.onClose(state.close)
  url = `https://localhost:${machine.httpsPort}`
  httpUrl = `http://localhost:${machine.httpPort}`

  const env = (app?: string): Record<string, string> =>
    appEnvironment(directory, app, { url, caPath: machine.caFiles.bundlePath, now: clock.now() })
  const handler = socketlessHandler(answer, closing.signal)
  const close = (): Promise<void> => {
    closing.abort()
    return machine.release()
  }
  const { issuers, jobs } = service
  const federation = { directory, issuers, jobs, url, answer, onClose: machine.onClose }
  const workloads = createWorkloads(federation)
  return {
    url,
    httpUrl,
    ca: { pem: ca.certificate, path: machine.caFiles.path, bundlePath: machine.caFiles.bundlePath },
    serverCertificate: (hosts) => createServerCertificate(ca, hosts),
    get directory() {
      return directories.declaration()
    },
    setDirectory: directories.replace,
    reset: () => {
      directories.reset()
      Object.assign(service, createMemory(resolved, emptied(state)))
      faults.clear()
      log.clear()
      clock.reset()
    },
    handler,
    fetch: socketlessFetch(handler),
    env,
    addUser: (user) => void directory.addUser(user),
    updateApp: (app, changes) => directory.updateApp(declaredApp(directory, app, 'updateApp'), changes),
    ...createSignIns(service),
    ...createDeviceSignIns(service),
    ...workloads,
    ...createManagedIdentities({ ...federation, service, log }),
    clock,
    faults,
    requests: log,
    unref: machine.unref,
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Work that runs while the emulator starts. A failure is reported only where it is awaited. */
function inBackground<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined)
  return work
}
