import { randomBytes } from 'node:crypto'
import type { Answer } from '../answer.ts'
import { nodeListener } from '../node-listener.ts'
import type { Federation } from '../oidc/federation.ts'
import { createSelfSignedCertificate } from '../pki/certificate-authority.ts'
import type { LoggedRequest } from '../request-log.ts'
import { type Listening, listenHttp, listenHttps } from '../server.ts'
import type { Service } from '../service.ts'
import { aks } from './aks.ts'
import { appService } from './app-service.ts'
import { azureArc } from './azure-arc.ts'
import { cloudShell } from './cloud-shell.ts'
import type { AksOptions, Distortion, ImdsOptions, ManagedIdentityOptions } from './declaration.ts'
import type { HostFor, ManagedIdentityHost, ServiceFabricHost } from './host.ts'
import type { HostKind, HostPlace } from './host-kind.ts'
import { createHostTokens } from './host-tokens.ts'
import type { RunningHost } from './hosts.ts'
import { imds } from './imds.ts'
import { createKeyFiles, type KeyFiles } from './key-files.ts'
import { machineLearning } from './machine-learning.ts'
import { createRateLimit, type RateLimit } from './rate-limit.ts'
import { readIdentities } from './read-identities.ts'
import { checkDistortion, checkIdentities, checkOptions } from './read-options.ts'
import { serviceFabric } from './service-fabric.ts'

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

type ServedOptions = Exclude<ManagedIdentityOptions, AksOptions>

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
  const { service, log, answer } = parts
  const identities = readIdentities(options.identities, service.directory)
  checkIdentities(options.host, identities)
  let distortion = checkDistortion(options.distortion, options.host, identities)
  const tokens = createHostTokens(service, options)
  const place: HostPlace = {
    identities,
    tokens,
    secret: randomBytes(16).toString('hex').toUpperCase(),
    refreshInSeconds: options.refreshInSeconds,
    distortion: (): Distortion => distortion,
    now: service.now,
    knowsResource: service.directory.knowsResource,
  }
  const keyFiles =
    options.host === 'azure-arc'
      ? await createKeyFiles(options.keyDirectory, options.shownKeyDirectory ?? options.keyDirectory)
      : undefined
  const identity = options.host === 'service-fabric' ? await createSelfSignedCertificate() : undefined
  const kind = kindOf(place, options, keyFiles, identity?.thumbprint ?? '')
  const listener = nodeListener(kind.scheme, answer)
  const at = { port: 0, hostname: '127.0.0.1', listener }
  const listening: Listening = identity ? await listenHttps(at, identity) : await listenHttp(at)
  const running: RunningHost = {
    ...{ port: listening.port, kind, isImds: options.host === 'imds' },
    limit: options.host === 'imds' ? rateLimit(options, service) : undefined,
    seen: new WeakSet(),
  }
  service.hosts.add(running)
  let closed: Promise<void> | undefined
  const close = (): Promise<void> => {
    service.hosts.remove(running)
    closed ??= Promise.all([listening.close(), keyFiles?.removeAll()]).then(() => undefined)
    return closed
  }
  parts.hold(close)
  const origin = `${kind.scheme}://localhost:${listening.port}`
  return {
    host: options.host,
    env: kind.env(origin),
    url: `${origin}${kind.path}`,
    identities,
    get requests() {
      return log.filter((entry) => running.seen.has(entry))
    },
    distort: (changed) => {
      distortion = checkDistortion(changed, options.host, identities)
    },
    forgetTokens: tokens.forget,
    close,
    ...(identity && { certificate: identity.certificate }),
  }
}

function kindOf(
  place: HostPlace,
  options: ServedOptions,
  keyFiles: KeyFiles | undefined,
  thumbprint: string,
): HostKind {
  switch (options.host) {
    case 'imds':
      return imds(place)
    case 'app-service':
      return appService(place, options.apiVersions ?? ['2017-09-01', '2019-08-01', '2025-03-30'])
    case 'azure-arc':
      return azureArc(place, keyFiles as KeyFiles, options.userAssigned ?? 'refuse')
    case 'service-fabric':
      return serviceFabric(place, thumbprint)
    case 'machine-learning':
      return machineLearning(place)
    case 'cloud-shell':
      return cloudShell(place, options.audiences)
  }
}

function rateLimit({ rateLimit: given }: ImdsOptions, { now }: Service): RateLimit | undefined {
  if (given === undefined || given === false) return undefined
  const { perSecond = 20, concurrent = 5 } = given === true ? {} : given
  return createRateLimit(perSecond, concurrent, now)
}
