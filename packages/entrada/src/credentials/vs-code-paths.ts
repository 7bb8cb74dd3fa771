import type { Env } from '../runtime/host.ts'

/** The client id of Visual Studio Code's own sign-in. */
export const visualStudioCodeClientId = 'aebc6443-996d-45c2-90f0-388ff96faa56'

/** Where the extension Azure Resources writes who signed in, below the folder of Azure's tools. */
export const recordFile = 'ms-azuretools.vscode-azureresourcegroups/authRecord.json'

/** The files to look for the record in: the one that a plug-in names, else those of the home folder. */
export function recordPaths(env: Env, given: string | undefined): string[] {
  if (given !== undefined) return [given]
  const home = env.HOME || env.USERPROFILE
  return home ? ['.azure', '.Azure'].map((folder) => `${home}/${folder}/${recordFile}`) : []
}
