import { randomBytes } from 'node:crypto'
import type { Answer } from '../answer.ts'
import { nodeListener } from '../node-listener.ts'
import type { Federation } from '../oidc/federation.ts'
import type { LoggedRequest } from '../request-log.ts'
import { listenHttp, listenHttps } from '../server.ts'
import type { Service } from '../service.ts'
import { aks } from './aks.ts'
import { createKind, type ServedOptions } from './create-kind.ts'
import type { Distortion, ManagedIdentityOptions } from './declaration.ts'
import type { HostFor, ManagedIdentityHost, ServiceFabricHost } from './host.ts'
import type { HostKind, HostPlace } from './host-kind.ts'
import { createHostTokens } from './host-tokens.ts'
import type { RunningHost } from './hosts.ts'
import { readIdentities } from './read-identities.ts'
import { checkDistortion, checkIdentities, checkOptions } from './read-options.ts'

/** The hosts of Azure that have managed identities, made for a test. */
export interface ManagedIdentities {
  /**
   * Starts a host on a port of its own, on loopback. Rejects with a `TypeError` for options that make no sense. Several
   * may run at once; each has its own identities, secret and tokens.
   */
  managedIdentity<Options extends ManagedIdentityOptions>(options: Options): Promise<HostFor<Options>>
}

/** What hosts need of the emulator. */
export interface ManagedIdentityParts extends Federation {
  service: Service
  log: readonly LoggedRequest[]
  answer(request: Request): Promise<Answer>
}

export function createManagedIdentities(parts: ManagedIdentityParts): ManagedIdentities {
  const start = async (options: ManagedIdentityOptions): Promise<unknown> => {
    checkOptions(options)
    return options.host === 'aks' ? aks(parts, options) : serve(parts, options)
  }
  // What the name of the host promises, `start` keeps: a kind of host for each.
  return {
    managedIdentity: <Options extends ManagedIdentityOptions>(options: Options) =>
      start(options) as Promise<HostFor<Options>>,
  }
}

async function serve(
  parts: ManagedIdentityParts,
  options: ServedOptions,
): Promise<ManagedIdentityHost | ServiceFabricHost> {
  const { place, distort } = preparePlace(parts.service, options)
  const { identities, tokens } = place
  const kind = await createKind(place, options)
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

interface PreparedPlace {
  place: HostPlace
  distort(distortion?: Distortion): void
}

/** Checks what was declared. Throws a `TypeError` for what makes no sense. */
function preparePlace(service: Service, options: ServedOptions): PreparedPlace {
  const { host } = options
  const identities = readIdentities(options.identities, service.directory)
  checkIdentities(host, identities)
  let distortion = checkDistortion(options.distortion, host, identities)
  const place: HostPlace = {
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
  return { place, distort }
}

interface ListeningHost {
  running: RunningHost
  origin: string
  close(): Promise<void>
}

/** Gives the host its port, for as long as the emulator runs or until it is closed. */
async function listen({ service, answer, hold }: ManagedIdentityParts, kind: HostKind): Promise<ListeningHost> {
  const scheme = kind.tls ? 'https' : 'http'
  const at = { port: 0, hostname: '127.0.0.1', listener: nodeListener(scheme, answer) }
  const listening = kind.tls ? await listenHttps(at, kind.tls) : await listenHttp(at)
  const running: RunningHost = { port: listening.port, kind, seen: new WeakSet() }
  service.hosts.add(running)
  let closed: Promise<void> | undefined
  const close = (): Promise<void> => {
    service.hosts.remove(running)
    closed ??= Promise.all([listening.close(), kind.release?.()]).then(() => undefined)
    return closed
  }
  hold(close)
  return { running, origin: `${scheme}://localhost:${listening.port}`, close }
}
