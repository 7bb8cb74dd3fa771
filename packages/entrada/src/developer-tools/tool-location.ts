import { type Env, settingOf } from '../runtime/environment.ts'

/** Where a developer tool is installed, and in which files it keeps the signed-in account. */
export interface ToolLocation {
  /** Names of its program, the preferred one first. */
  programs(platform: string): readonly string[]
  /**
   * The files that it writes when another account, tenant or subscription is selected; the first is the one that must
   * exist. Empty if no file shows it.
   */
  profiles(env: Env, platform: string): readonly string[]
}

/** Every command of the Azure CLI that changes the account (login, logout, account set, cloud set) writes this file. */
export const azureCliLocation: ToolLocation = {
  programs: () => ['az'],
  profiles(env, platform) {
    const folder = settingOf(env, 'AZURE_CONFIG_DIR', platform) ?? inHome(env, platform, '.azure')
    return folder === undefined ? [] : [joined(platform, folder, 'azureProfile.json')]
  },
}

/**
 * The Azure Developer CLI keeps its account in auth.json. Its config.json may say that the account is the Azure CLI's,
 * so both count, and the Azure CLI's profile too. If another program handles the sign-in, no file shows that.
 */
export const azureDeveloperCliLocation: ToolLocation = {
  programs: () => ['azd'],
  profiles(env, platform) {
    const folder = settingOf(env, 'AZD_CONFIG_DIR', platform) ?? inHome(env, platform, '.azd')
    if (folder === undefined || settingOf(env, 'AZD_AUTH_ENDPOINT', platform)) return []
    const own = ['auth.json', 'config.json'].map((name) => joined(platform, folder, name))
    return [...own, ...azureCliLocation.profiles(env, platform)]
  },
}

/** Azure PowerShell keeps its contexts here, if it saves them at all (`Enable-AzContextAutosave`). */
export const azurePowerShellLocation: ToolLocation = {
  programs: (platform) => (platform === 'win32' ? ['pwsh', 'powershell'] : ['pwsh']),
  profiles(env, platform) {
    const folder = inHome(env, platform, '.Azure')
    return folder === undefined ? [] : [joined(platform, folder, 'AzureRmContext.json')]
  },
}

function inHome(env: Env, platform: string, name: string): string | undefined {
  const home = settingOf(env, platform === 'win32' ? 'USERPROFILE' : 'HOME', platform)
  return home ? joined(platform, home, name) : undefined
}

function joined(platform: string, folder: string, name: string): string {
  return `${folder}${platform === 'win32' ? '\\' : '/'}${name}`
}
