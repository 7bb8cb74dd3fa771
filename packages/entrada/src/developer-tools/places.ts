import type { Env } from '../runtime/host.ts'
import { variableOf } from '../runtime/variable.ts'

/** Where a developer tool is to be found, and where it keeps who is signed in. */
export interface ToolPlace {
  /** Names of its program, the preferred one first. */
  programs(platform: string): readonly string[]
  /**
   * The files that it writes when another account, tenant or subscription is chosen, the one that must be there first.
   * Empty: there are none that tell.
   */
  profiles(env: Env, platform: string): readonly string[]
}

/** Every command of the Azure CLI that changes the account (login, logout, account set, cloud set) writes this file. */
export const azureCliPlace: ToolPlace = {
  programs: () => ['az'],
  profiles(env, platform) {
    const folder = variableOf(env, 'AZURE_CONFIG_DIR', platform) || inHome(env, platform, '.azure')
    return folder === undefined ? [] : [joined(platform, folder, 'azureProfile.json')]
  },
}

/**
 * The Azure Developer CLI keeps its account in auth.json. Its config.json may say that the account is the Azure CLI's, so
 * both count, and the Azure CLI's profile too. An authentication that another program serves is told by no file.
 */
export const azureDeveloperCliPlace: ToolPlace = {
  programs: () => ['azd'],
  profiles(env, platform) {
    const folder = variableOf(env, 'AZD_CONFIG_DIR', platform) || inHome(env, platform, '.azd')
    if (folder === undefined || variableOf(env, 'AZD_AUTH_ENDPOINT', platform)) return []
    const own = ['auth.json', 'config.json'].map((name) => joined(platform, folder, name))
    return [...own, ...azureCliPlace.profiles(env, platform)]
  },
}

/** Azure PowerShell keeps its contexts here as long as they are saved at all (`Enable-AzContextAutosave`). */
export const azurePowerShellPlace: ToolPlace = {
  programs: (platform) => (platform === 'win32' ? ['pwsh', 'powershell'] : ['pwsh']),
  profiles(env, platform) {
    const folder = inHome(env, platform, '.Azure')
    return folder === undefined ? [] : [joined(platform, folder, 'AzureRmContext.json')]
  },
}

function inHome(env: Env, platform: string, name: string): string | undefined {
  const home = variableOf(env, platform === 'win32' ? 'USERPROFILE' : 'HOME', platform)
  return home ? joined(platform, home, name) : undefined
}

function joined(platform: string, folder: string, name: string): string {
  return `${folder}${platform === 'win32' ? '\\' : '/'}${name}`
}
