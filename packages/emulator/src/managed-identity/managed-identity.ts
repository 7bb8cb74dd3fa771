import { randomBytes } from 'node:crypto'
import type { Directory } from '../directory/directory.ts'
import type { Answer } from '../http/answer.ts'
import { nodeListener } from '../http/node-listener.ts'
import type { LoggedRequest } from '../http/request-log.ts'
import { listenHttp, listenHttps } from '../http/server.ts'
import type { Federation } from '../oidc/federation.ts'
import { createSelfSignedCertificate } from '../pki/certificate-authority.ts'
import { aks } from './aks.ts'
import { appService } from './app-service.ts'
import { azureArc, createKeyFiles } from './azure-arc.ts'
import { cloudShell } from './cloud-shell.ts'
import type { AksOptions, Distortion, ImdsOptions, ManagedIdentityOptions } from './declaration.ts'
import type { HostFor, ManagedIdentityHost, ServiceFabricHost } from './host.ts'
import type { HostKind, HostState, RateLimit } from './host-kind.ts'
import { createHostTokens, type HostTokensService } from './host-tokens.ts'
import { createRateLimit, imds } from './imds.ts'
import { machineLearning } from './machine-learning.ts'
import { readIdentities } from './read-identities.ts'
import { checkDistortion, checkIdentities, checkOptions } from './read-options.ts'
import type { RunningHost, RunningHosts } from './running-hosts.ts'
import { serviceFabric } from './service-fabric.ts'

/** The parts of the emulator that a host uses. */
interface IdentityHostService extends HostTokensService {
  directory: Directory
  identityHosts: RunningHosts
}

/** Starts the Azure hosts that have managed identities. */
export interface ManagedIdentities {
  /**
   * Starts a host on a port of its own, on loopback. Rejects with a `TypeError` for an invalid option. Several may run
   * at once; each has its own identities, secret and tokens.
   */
  managedIdentity<Options extends ManagedIdentityOptions>(options: Options): Promise<HostFor<Options>>
}

/** What hosts need from the emulator. */
export interface ManagedIdentityParts extends Federation {
  service: IdentityHostService
  log: readonly LoggedRequest[]
  answer(request: Request): Promise<Answer>
}

export function createManagedIdentities(parts: ManagedIdentityParts): ManagedIdentities {
  const start = async (options: ManagedIdentityOptions): Promise<unknown> => {
    checkOptions(options)
    return options.host === 'aks' ? aks(parts, options) : startHost(parts, options)
  }
  // `start` returns the kind of host that `options.host` names.
  return {
    managedIdentity: <Options extends ManagedIdentityOptions>(options: Options) =>
      start(options) as Promise<HostFor<Options>>,
  }
}

async function startHost(
  parts: ManagedIdentityParts,
  options: ServedOptions,
): Promise<ManagedIdentityHost | ServiceFabricHost> {
  const { state, distort } = prepareState(parts.service, options)
  const { identities, tokens } = state
  const kind = await createKind(state, options)
  const { running, origin, close } = await listen(parts, kind)
  return {
    host: options.host,
    env: kind.env(origin),
    url: `${origin}${kind.path}`,
    identities,
    get requests() {
      return parts.log.filter((entry) => running.seen.has(entry))
    },
    distort,
    forgetTokens: tokens.forget,
    close,
    ...(kind.tls && { certificate: kind.tls.certificate }),
  }
}

interface PreparedState {
  state: HostState
  distort(distortion?: Distortion): void
}

/** Checks the options. Throws a `TypeError` for an invalid one. */
function prepareState(service: IdentityHostService, options: ServedOptions): PreparedState {
  const { host } = options
  const identities = readIdentities(options.identities, service.directory)
  checkIdentities(host, identities)
  let distortion = checkDistortion(options.distortion, host, identities)
  const state: HostState = {
    identities,
    tokens: createHostTokens(service, options),
    secret: randomBytes(16).toString('hex').toUpperCase(),
    refreshInSeconds: options.refreshInSeconds,
    distortion: () => distortion,
    now: service.now,
    knowsResource: service.directory.knowsResource,
  }
  const distort = (changed?: Distortion): void => {
    distortion = checkDistortion(changed, host, identities)
  }
  return { state, distort }
}

interface ListeningHost {
  running: RunningHost
  origin: string
  close(): Promise<void>
}

/** Opens the host's port until the host or the emulator is closed. */
async function listen({ service, answer, onClose }: ManagedIdentityParts, kind: HostKind): Promise<ListeningHost> {
  const scheme = kind.tls ? 'https' : 'http'
  const at = { port: 0, hostname: '127.0.0.1', listener: nodeListener(scheme, answer) }
  const listening = kind.tls ? await listenHttps(at, kind.tls) : await listenHttp(at)
  const running: RunningHost = { port: listening.port, kind, seen: new WeakSet() }
  service.identityHosts.add(running)
  let closed: Promise<void> | undefined
  const close = (): Promise<void> => {
    service.identityHosts.remove(running)
    closed ??= Promise.all([listening.close(), kind.release?.()]).then(() => undefined)
    return closed
  }
  onClose(close)
  return { running, origin: `${scheme}://localhost:${listening.port}`, close }
}

/** Options of the hosts that have a server of their own. */
type ServedOptions = Exclude<ManagedIdentityOptions, AksOptions>

/** The kind of host that these options ask for. */
async function createKind(state: HostState, options: ServedOptions): Promise<HostKind> {
  switch (options.host) {
    case 'imds':
      return imds(state, rateLimit(options, state))
    case 'app-service':
      return appService(state, options.apiVersions ?? ['2017-09-01', '2019-08-01', '2025-03-30'])
    case 'azure-arc': {
      const { keyDirectory, shownKeyDirectory = keyDirectory, userAssigned = 'refuse' } = options
      return azureArc(state, await createKeyFiles(keyDirectory, shownKeyDirectory), userAssigned)
    }
    case 'service-fabric':
      return serviceFabric(state, await createSelfSignedCertificate())
    case 'machine-learning':
      return machineLearning(state)
    case 'cloud-shell':
      return cloudShell(state, options.audiences)
  }
}

function rateLimit({ rateLimit: given }: ImdsOptions, { now }: HostState): RateLimit | undefined {
  if (given === undefined || given === false) return undefined
  const { perSecond = 20, concurrent = 5 } = given === true ? {} : given
  return createRateLimit(perSecond, concurrent, now)
}
