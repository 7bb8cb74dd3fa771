import { type Env, settingOf } from '../runtime/environment.ts'

/**
 * The result of reading the agent's challenge: the path of the secret's file, or the reason why it must not be read.
 */
export type ArcKeyFile = { path: string } | { reason: string }

/** Names of key files: letters and digits, no spaces, and nothing that leads to a parent folder. */
const keyName = /^[\w-][\w.-]*\.key$/

/**
 * The key file named by a 401 from the Azure Arc agent, if it is one that the agent writes: directly in the agent's own
 * folder, with the right extension. Whatever answers at the agent's address must not be able to have any other file
 * sent to it (CVE-2024-35255).
 */
export function arcKeyFile(challenge: string | undefined, env: Env, platform: string): ArcKeyFile {
  if (challenge === undefined) return { reason: 'its challenge has no WWW-Authenticate header' }
  const [, realm] = /^basic realm=(.+)$/i.exec(challenge) ?? []
  if (realm === undefined) return { reason: 'its challenge is not of the form "Basic realm=<file>"' }
  const folder = keyFolder(env, platform)
  if (folder === undefined) return { reason: `the folder of its key files on ${platform} is not known` }
  const name = isWithin(realm, folder, platform) ? realm.slice(folder.length) : undefined
  if (name === undefined || !keyName.test(name)) {
    return { reason: `the file that its challenge names is not a .key file directly in ${folder}` }
  }
  return { path: `${folder}${name}` }
}

/** The agent's key folder, with a trailing separator. */
function keyFolder(env: Env, platform: string): string | undefined {
  if (platform === 'linux') return '/var/opt/azcmagent/tokens/'
  const data = platform === 'win32' ? settingOf(env, 'PROGRAMDATA', platform) : undefined
  return data === undefined ? undefined : `${data}\\AzureConnectedMachineAgent\\Tokens\\`
}

function isWithin(path: string, folder: string, platform: string): boolean {
  const start = path.slice(0, folder.length)
  return platform === 'win32' ? start.toLowerCase() === folder.toLowerCase() : start === folder
}
