// A bearer token for any HTTP client: the provider is a function that resolves to a token which is still valid.
import { DefaultAzureCredential, getBearerTokenProvider } from 'entrada'

const graph = process.env.GRAPH_ENDPOINT ?? 'https://graph.microsoft.com'

await using credential = new DefaultAzureCredential()
const token = getBearerTokenProvider(credential, 'https://graph.microsoft.com/.default')

const response = await fetch(`${graph}/v1.0/me`, { headers: { Authorization: `Bearer ${await token()}` } })
if (!response.ok) throw new Error(`Graph answered ${response.status}.`)
const user = (await response.json()) as { displayName: string }
console.log(`User: ${user.displayName}`)
