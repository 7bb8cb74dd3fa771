import { appEnvironment } from './app-environment.ts'
import { type Clock, createClock } from './clock.ts'
import { createDeviceSignIns, type DeviceSignIns } from './device-sign-ins.ts'
import type { AppChanges, UserDeclaration } from './directory/declaration.ts'
import { createDirectory } from './directory/directory.ts'
import { defaultDirectory, readDirectoryFile } from './directory/load.ts'
import { parseDirectory } from './directory/parse.ts'
import { createFaults, type Faults } from './faults.ts'
import { createHandler } from './handler.ts'
import { isLoopback } from './host.ts'
import { createTraffic } from './live/traffic.ts'
import { acquireMachineResources } from './machine-resources.ts'
import { createHosts } from './managed-identity/hosts.ts'
import { createManagedIdentities, type ManagedIdentities } from './managed-identity/managed-identity.ts'
import { nodeListener } from './node-listener.ts'
import { createIssuers } from './oidc/issuers.ts'
import { createJobs } from './oidc/jobs.ts'
import { createWorkloads, type Workloads } from './oidc/workloads.ts'
import { type EmulatorOptions, resolveOptions } from './options.ts'
import { createCertificateAuthority, createServerCertificate } from './pki/certificate-authority.ts'
import { createSigningKey } from './pki/signing-key.ts'
import { createRequestLog, type RequestLog } from './request-log.ts'
import type { Service } from './service.ts'
import { createConsents } from './sign-in/consents.ts'
import { createSignInState } from './sign-in/sign-in-state.ts'
import { createSignIns, declaredApp, type SignIns } from './sign-ins.ts'
import { socketlessFetch, socketlessHandler } from './socketless-fetch.ts'
import { createAssertionUses } from './token/assertion-uses.ts'
import { createAuthorizationCodes } from './token/authorization-codes.ts'
import { createDeviceCodes } from './token/device-codes.ts'
import { createRefreshTokens } from './token/refresh-tokens.ts'
import { createTokenSigner } from './token-signer.ts'

/** A running emulator. */
export interface Emulator extends ManagedIdentities, SignIns, DeviceSignIns, Workloads {
  /** `https://localhost:PORT`, without a slash at its end. */
  readonly url: string
  /** `http://localhost:PORT`. */
  readonly httpUrl: string
  /** The authority behind the server's certificate: as PEM, and as a file for `NODE_EXTRA_CA_CERTS`. */
  readonly ca: { readonly pem: string; readonly path: string }
  /** Answers a request without a socket. Rejects with a `TypeError` where a fault would break the connection. */
  handler(request: Request): Promise<Response>
  /** `fetch` without a socket. Works detached from the emulator. */
  fetch(url: string | URL | Request, init?: RequestInit): Promise<Response>
  /** The variables with which a program signs in as an app, given by name or client id; default the first. */
  env(app?: string): Record<string, string>
  /** Adds a user from the next request on; an `objectId` is made where none is given. Throws a `TypeError`. */
  addUser(user: Omit<UserDeclaration, 'objectId'> & { objectId?: string }): void
  /** Changes an app's registration from the next request on; the fields replace those declared. */
  updateApp(app: string, changes: AppChanges): void
  readonly clock: Clock
  readonly faults: Faults
  readonly requests: RequestLog
  /** Ends connections and pending delays, frees the ports, removes the CA file. May be called twice. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Starts an emulator on loopback. Rejects with a `TypeError` for options or a directory that make no sense, and with
 * an `Error` when a port is taken or the directory file cannot be read; nothing is left running then.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const resolved = resolveOptions(options)
  const source = resolved.directory ?? defaultDirectory()
  const declaration = typeof source === 'string' ? await readDirectoryFile(source) : source
  const directory = createDirectory(parseDirectory(declaration))
  // Before the certificates: RSA keys are made off the main thread, while it loads what certificates are made with.
  const signingKey = inBackground(createSigningKey())
  const ca = resolved.ca ?? (await createCertificateAuthority())
  const tls = await createServerCertificate(ca, resolved.hosts)
  const clock = createClock(resolved.now)
  const { faults, take } = createFaults()
  const { log, add } = createRequestLog()
  const closing = new AbortController()
  let url = ''
  let httpUrl = ''

  const service: Service = {
    directory,
    signingKey,
    signer: createTokenSigner(signingKey, resolved.signatures),
    codes: createAuthorizationCodes(),
    deviceCodes: createDeviceCodes(resolved.deviceCode),
    refreshTokens: createRefreshTokens(),
    signIn: createSignInState(),
    consents: createConsents(),
    traffic: createTraffic(),
    assertionUses: createAssertionUses(resolved.replayedAssertions),
    issuers: createIssuers(() => url, clock.now),
    jobs: createJobs(),
    hosts: createHosts(),
    region: resolved.region,
    now: clock.now,
    issuer: (tenantId) =>
      resolved.issuer === 'public-cloud' ? `https://sts.windows.net/${tenantId}/` : `${url}/${tenantId}/`,
    answersTo: (hostname) => isLoopback(hostname) || resolved.hosts.includes(hostname),
    ownHosts: () => [new URL(url).host, new URL(httpUrl).host],
    ...resolved.lifetimes,
  }
  const answer = createHandler({ service, takeFault: take, log: add, closing: closing.signal })

  const machine = await acquireMachineResources({
    options: resolved,
    ca,
    tls,
    listener: (scheme) => nodeListener(scheme, answer),
  })
  url = `https://localhost:${machine.httpsPort}`
  httpUrl = `http://localhost:${machine.httpPort}`

  const handler = socketlessHandler(answer, closing.signal)
  const close = (): Promise<void> => {
    closing.abort()
    return machine.release()
  }
  const { issuers, jobs } = service
  const federation = { directory, issuers, jobs, url, answer, hold: machine.hold }
  const workloads = createWorkloads(federation)
  return {
    url,
    httpUrl,
    ca: { pem: ca.certificate, path: machine.caPath },
    handler,
    fetch: socketlessFetch(handler),
    env: (app) => appEnvironment(directory, app, { url, caPath: machine.caPath, now: clock.now() }),
    addUser: (user) => void directory.addUser(user),
    updateApp: (app, changes) => directory.updateApp(declaredApp(directory, app, 'updateApp'), changes),
    ...createSignIns(service),
    ...createDeviceSignIns(service),
    ...workloads,
    ...createManagedIdentities({ ...federation, service, log }),
    clock,
    faults,
    requests: log,
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Work that goes on while the emulator starts; whoever awaits it gets its failure, and nobody else does. */
function inBackground<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined)
  return work
}
