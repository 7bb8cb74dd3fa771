import { isPrivate } from '../http/private-host.ts'
import type { Files } from '../runtime/files.ts'
import type { Env } from '../runtime/host.ts'
import { appService } from './app-service.ts'
import { arcEndpoint, azureArc } from './azure-arc.ts'
import { cloudShell } from './cloud-shell.ts'
import type { FoundHost } from './detect-host.ts'
import type { IdentityHost } from './host.ts'
import type { ManagedIdentityId } from './identity.ts'
import { imds } from './imds.ts'
import { machineLearning } from './machine-learning.ts'
import { serviceFabric } from './service-fabric.ts'

/** The machine that a host is looked for on. */
export interface Machine {
  env: Env
  files: Files
  /** As `process.platform` names it. */
  platform: string
}

/** Hosts that a request can be sent to. */
export type AnyHost = Exclude<FoundHost, { kind: 'none' | 'token-exchange' }>

/** The host, ready to be asked for an identity that `checkIdentity` let through. Throws a `CredentialUnavailableError` for variables that make no sense. */
export function makeHost(
  found: AnyHost,
  id: ManagedIdentityId | undefined,
  machine: Machine,
  who: string,
): IdentityHost {
  switch (found.kind) {
    case 'service-fabric':
      return serviceFabric(found, id, who)
    case 'app-service':
      return appService(found, id, who)
    case 'machine-learning':
      return machineLearning(found, id, who)
    case 'cloud-shell':
      return cloudShell(found, id, who)
    case 'azure-arc':
      return azureArc({ ...machine, endpoint: found.endpoint }, id, who)
    case 'imds':
      return imds(found, id, who)
  }
}

/** The name of the endpoint's host, if it is far: https may go there, and whoever runs the program should know. */
export function farEndpoint(found: AnyHost): string | undefined {
  const address = found.kind === 'imds' ? found.authority : found.endpoint
  const hostname = address !== undefined && URL.canParse(address) ? new URL(address).hostname : undefined
  // Service Fabric's certificate is compared, wherever it is.
  if (hostname === undefined || isPrivate(hostname) || found.kind === 'service-fabric') return undefined
  return hostname
}

/** Without variables it is IMDS, or the Azure Arc agent where its program is installed. */
export async function arcOrImds(found: AnyHost, { env, files, platform }: Machine): Promise<AnyHost> {
  const agent = found.kind === 'imds' && found.authority === undefined ? arcAgentPath(env, platform) : undefined
  if (agent === undefined) return found
  const isInstalled = await files.stamp(agent).then(
    () => true,
    () => false,
  )
  return isInstalled ? { kind: 'azure-arc', endpoint: arcEndpoint } : found
}

/** The program of the Azure Arc agent: where it is, so is the agent. */
export function arcAgentPath(env: Env, platform: string): string | undefined {
  if (platform === 'linux') return '/opt/azcmagent/bin/himds'
  if (platform === 'win32' && env.ProgramFiles) return `${env.ProgramFiles}\\AzureConnectedMachineAgent\\himds.exe`
  return undefined
}
