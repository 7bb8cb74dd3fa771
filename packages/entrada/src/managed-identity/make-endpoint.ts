import { isOfThisNetwork } from '../http/this-network.ts'
import { type Env, settingOf } from '../runtime/environment.ts'
import type { Files } from '../runtime/files/files.ts'
import { appService } from './app-service.ts'
import { arcEndpoint, azureArc } from './azure-arc.ts'
import { cloudShell } from './cloud-shell.ts'
import type { DetectedHost } from './detect-host.ts'
import type { ManagedIdentityId } from './identity.ts'
import type { IdentityEndpoint } from './identity-endpoint.ts'
import { imds } from './imds.ts'
import { machineLearning } from './machine-learning.ts'
import { serviceFabric } from './service-fabric.ts'

/** The machine on which hosts are detected. */
export interface Machine {
  env: Env
  files: Files
  /** A value of `process.platform`. */
  platform: string
}

/** A host that a request can be sent to. */
export type HostWithEndpoint = Exclude<DetectedHost, { kind: 'none' | 'token-exchange' }>

/**
 * The endpoint of a host, for an identity that `checkIdentity` accepted. Throws a `CredentialUnavailableError` for
 * unusable variables.
 */
export function makeEndpoint(
  detected: HostWithEndpoint,
  id: ManagedIdentityId | undefined,
  machine: Machine,
  who: string,
): IdentityEndpoint {
  switch (detected.kind) {
    case 'service-fabric':
      return serviceFabric(detected, id, who)
    case 'app-service':
      return appService(detected, id, who)
    case 'machine-learning':
      return machineLearning(detected, id, who)
    case 'cloud-shell':
      return cloudShell(detected, id, who)
    case 'azure-arc':
      return azureArc({ ...machine, endpoint: detected.endpoint }, id, who)
    case 'imds':
      return imds(detected, id, who)
  }
}

/**
 * The host name of an endpoint, if it is outside this machine and network: that is allowed with https, but whoever runs
 * the program should know.
 */
export function farEndpoint(detected: HostWithEndpoint): string | undefined {
  const address = detected.kind === 'imds' ? detected.authority : detected.endpoint
  const hostname = address !== undefined && URL.canParse(address) ? new URL(address).hostname : undefined
  // Service Fabric's certificate is checked against its thumbprint, wherever the endpoint is.
  if (hostname === undefined || isOfThisNetwork(hostname) || detected.kind === 'service-fabric') return undefined
  return hostname
}

/** Without variables the host is IMDS, or the Azure Arc agent if its program is installed. */
export async function arcOrImds(
  detected: HostWithEndpoint,
  { env, files, platform }: Machine,
): Promise<HostWithEndpoint> {
  const agent = detected.kind === 'imds' && detected.authority === undefined ? arcAgentPath(env, platform) : undefined
  if (agent === undefined) return detected
  const isInstalled = await files.stamp(agent).then(
    () => true,
    () => false,
  )
  return isInstalled ? { kind: 'azure-arc', endpoint: arcEndpoint } : detected
}

/** The path of the Azure Arc agent's program, whose existence shows that the agent is installed. */
export function arcAgentPath(env: Env, platform: string): string | undefined {
  if (platform === 'linux') return '/opt/azcmagent/bin/himds'
  const programs = platform === 'win32' ? settingOf(env, 'ProgramFiles', platform) : undefined
  return programs === undefined ? undefined : `${programs}\\AzureConnectedMachineAgent\\himds.exe`
}
