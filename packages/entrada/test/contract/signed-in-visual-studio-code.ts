import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tenantId, user } from '../app.ts'
import { temporaryFolder } from '../msal/shared-cache.ts'
import { recognisableSecret, type World } from '../world.ts'

/** A home in which the extension Azure Resources has left the record of a sign-in, and what the broker is told. */
export async function signedInVisualStudioCode({ emulator }: World): Promise<Record<string, string>> {
  const home = temporaryFolder()
  const place = join(home, '.azure', 'ms-azuretools.vscode-azureresourcegroups')
  const homeAccountId = `${user.objectId}.${tenantId}`
  await mkdir(place, { recursive: true })
  const record = {
    tenantId,
    clientId: 'aebc6443-996d-45c2-90f0-388ff96faa56',
    username: user.username,
    homeAccountId,
    authority: emulator.url,
  }
  await writeFile(join(place, 'authRecord.json'), JSON.stringify(record))
  return {
    HOME: home,
    TEST_AUTHORITY: emulator.httpUrl,
    TEST_TOOL_PROOF: recognisableSecret,
    TEST_HOME_ACCOUNT_ID: homeAccountId,
  }
}
