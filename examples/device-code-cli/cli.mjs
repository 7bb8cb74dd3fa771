// A command line that signs its user in once, by a code on another device, and knows them from then on.

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { DeviceCodeCredential, deserializeAuthenticationRecord, serializeAuthenticationRecord } from 'entrada'
import { fileTokenStore } from 'entrada/store'

const folder = process.env.CLI_FOLDER ?? join(homedir(), '.example-cli')
const recordFile = join(folder, 'account.json')
const scope = process.env.CLI_SCOPE ?? 'https://graph.microsoft.com/User.Read'

await mkdir(folder, { recursive: true, mode: 0o700 })
const known = await readFile(recordFile, 'utf8').then(deserializeAuthenticationRecord, () => undefined)
const credential = new DeviceCodeCredential({
  tenantId: process.env.AZURE_TENANT_ID ?? 'organizations',
  ...(process.env.AZURE_CLIENT_ID ? { clientId: process.env.AZURE_CLIENT_ID } : {}),
  ...(known === undefined ? {} : { authenticationRecord: known }),
  tokenStore: fileTokenStore({ folder: join(folder, 'tokens') }),
  userPromptCallback: ({ userCode, verificationUri }) => console.log(`Open ${verificationUri} and type ${userCode}`),
})

switch (process.argv[2] ?? 'token') {
  case 'login': {
    const record = await credential.authenticate(scope)
    if (record !== undefined) await writeFile(recordFile, serializeAuthenticationRecord(record), { mode: 0o600 })
    console.log(`Signed in as ${record?.username}`)
    break
  }
  case 'token': {
    const { expiresOn } = await credential.getTokenInfo(scope)
    console.log(`A token for ${known?.username}, good until ${new Date(expiresOn * 1000).toISOString()}`)
    break
  }
  case 'logout':
    await credential.signOut()
    await rm(recordFile, { force: true })
    console.log('Signed out')
    break
  default:
    console.error('Usage: cli.mjs [login | token | logout]')
    process.exitCode = 2
}
await credential.close()
