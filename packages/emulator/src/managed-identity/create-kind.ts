import { createSelfSignedCertificate } from '../pki/certificate-authority.ts'
import { appService } from './app-service.ts'
import { azureArc } from './azure-arc.ts'
import { cloudShell } from './cloud-shell.ts'
import type { AksOptions, ImdsOptions, ManagedIdentityOptions } from './declaration.ts'
import type { HostKind, HostPlace } from './host-kind.ts'
import { imds } from './imds.ts'
import { createKeyFiles } from './key-files.ts'
import { machineLearning } from './machine-learning.ts'
import { createRateLimit, type RateLimit } from './rate-limit.ts'
import { serviceFabric } from './service-fabric.ts'

/** Options of hosts that have a server of their own. */
export type ServedOptions = Exclude<ManagedIdentityOptions, AksOptions>

/** How a host of these options answers. */
export async function createKind(place: HostPlace, options: ServedOptions): Promise<HostKind> {
  switch (options.host) {
    case 'imds':
      return imds(place, rateLimit(options, place))
    case 'app-service':
      return appService(place, options.apiVersions ?? ['2017-09-01', '2019-08-01', '2025-03-30'])
    case 'azure-arc': {
      const { keyDirectory, shownKeyDirectory = keyDirectory, userAssigned = 'refuse' } = options
      return azureArc(place, await createKeyFiles(keyDirectory, shownKeyDirectory), userAssigned)
    }
    case 'service-fabric':
      return serviceFabric(place, await createSelfSignedCertificate())
    case 'machine-learning':
      return machineLearning(place)
    case 'cloud-shell':
      return cloudShell(place, options.audiences)
  }
}

function rateLimit({ rateLimit: given }: ImdsOptions, { now }: HostPlace): RateLimit | undefined {
  if (given === undefined || given === false) return undefined
  const { perSecond = 20, concurrent = 5 } = given === true ? {} : given
  return createRateLimit(perSecond, concurrent, now)
}
