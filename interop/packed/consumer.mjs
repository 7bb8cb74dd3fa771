// A user's program, as an ES module: the packed library gets a token from the packed emulator, over TLS.
import { startEmulator } from '@entrada/emulator'
import { ClientSecretCredential } from 'entrada'

const emulator = await startEmulator()
const { AZURE_TENANT_ID = '', AZURE_CLIENT_ID = '', AZURE_CLIENT_SECRET = '' } = emulator.env()
const credential = new ClientSecretCredential(AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET, {
  authorityHost: emulator.url,
  tlsOptions: { ca: emulator.ca.pem },
})
const { token } = await credential.getToken('https://storage.azure.com/.default')
await credential.close()
await emulator.close()
console.log(`token of ${token.split('.').length} parts`)
