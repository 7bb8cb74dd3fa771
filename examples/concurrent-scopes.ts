// One credential, three services at once. Each token is requested once, however many callers wait for it.
import { DefaultAzureCredential } from 'entrada'

await using credential = new DefaultAzureCredential()

const tokens = await Promise.all([
  credential.getToken('https://graph.microsoft.com/.default'),
  credential.getToken('https://storage.azure.com/.default'),
  credential.getToken('https://management.azure.com/.default'),
])
console.log(`Acquired ${tokens.length} tokens concurrently`)
