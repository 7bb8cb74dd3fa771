// The same without `await using`: whoever creates a credential closes it.
import { AuthenticationError, ClientSecretCredential } from 'entrada'

const { AZURE_TENANT_ID = '', AZURE_CLIENT_ID = '', AZURE_CLIENT_SECRET = '' } = process.env

const credential = new ClientSecretCredential(AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET)
try {
  const { expiresOnTimestamp } = await credential.getToken('https://management.azure.com/.default')
  console.log(`Token acquired, valid until ${new Date(expiresOnTimestamp).toISOString()}`)
} catch (error) {
  if (!(error instanceof AuthenticationError)) throw error
  console.error(`Entra ID refused with ${error.statusCode}: ${error.message}`)
  process.exitCode = 1
} finally {
  await credential.close()
}
