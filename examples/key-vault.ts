// Reads a secret of Key Vault as an application. The vault says which tenant and which scope it wants a token for.
import { SecretClient } from '@azure/keyvault-secrets'
import { ClientSecretCredential } from 'entrada'

const { AZURE_TENANT_ID = '', AZURE_CLIENT_ID = '', AZURE_CLIENT_SECRET = '' } = process.env

await using credential = new ClientSecretCredential(AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET)
const client = new SecretClient(process.env.KEY_VAULT_URL ?? 'https://vault.vault.azure.net', credential)

const secret = await client.getSecret('database-password')
console.log(`Retrieved secret: ${secret.name}`)
