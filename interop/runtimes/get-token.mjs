// Asks for one token on whatever runtime runs this, and prints it: a managed identity's, or an application's by a proxy.
import { ClientSecretCredential, ManagedIdentityCredential } from 'entrada'

const { AZURE_TENANT_ID = '', AZURE_CLIENT_ID = '', AZURE_CLIENT_SECRET: secret } = process.env
const { TEST_CA: ca, TEST_PROXY_PORT: port } = process.env
const retryOptions = { maxRetries: 0 }
const credential =
  secret === undefined
    ? new ManagedIdentityCredential({ retryOptions })
    : new ClientSecretCredential(AZURE_TENANT_ID, AZURE_CLIENT_ID, secret, {
        retryOptions,
        ...(ca === undefined ? {} : { tlsOptions: { ca } }),
        ...(port === undefined ? {} : { proxyOptions: { host: '127.0.0.1', port: Number(port) } }),
      })
const { token } = await credential.getToken('https://vault.azure.net/.default')
console.log(token)
await credential.close()
