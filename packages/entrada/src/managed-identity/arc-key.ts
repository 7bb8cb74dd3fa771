import type { Env } from '../runtime/host.ts'

/** What the agent's challenge led to: the file of the secret, or why it is not looked at. */
export type ArcKeyFile = { path: string } | { reason: string }

/** Names of key files: letters, digits, blank-free, nothing that climbs. */
const keyName = /^[\w-][\w.-]*\.key$/

/**
 * The key file that a 401 of the Azure Arc agent names, if it is one that the agent writes: directly in the agent's own
 * folder, with its ending. Whoever answers at the agent's address must not have any other file sent to it
 * (CVE-2024-35255).
 */
export function arcKeyFile(challenge: string | undefined, env: Env, platform: string): ArcKeyFile {
  if (challenge === undefined) return { reason: 'its challenge has no WWW-Authenticate header' }
  const [, realm] = /^basic realm=(.+)$/i.exec(challenge) ?? []
  if (realm === undefined) return { reason: 'its challenge is not "Basic realm=<file>"' }
  const folder = keyFolder(env, platform)
  if (folder === undefined) return { reason: `its key files have no known folder on ${platform}` }
  const name = isWithin(realm, folder, platform) ? realm.slice(folder.length) : undefined
  if (name === undefined || !keyName.test(name)) {
    return { reason: `the file that its challenge names is not a .key file directly in ${folder}` }
  }
  return { path: `${folder}${name}` }
}

/** Its folder, with the separator at the end. */
function keyFolder(env: Env, platform: string): string | undefined {
  if (platform === 'linux') return '/var/opt/azcmagent/tokens/'
  if (platform === 'win32' && env.PROGRAMDATA) return `${env.PROGRAMDATA}\\AzureConnectedMachineAgent\\Tokens\\`
  return undefined
}

function isWithin(path: string, folder: string, platform: string): boolean {
  const start = path.slice(0, folder.length)
  return platform === 'win32' ? start.toLowerCase() === folder.toLowerCase() : start === folder
}
