// The same in CommonJS, which Node 20.19 and later let require an ES module.
const { startEmulator } = require('@entrada/emulator')
const { ClientSecretCredential } = require('entrada')

async function main() {
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
}

main()
