// Microsoft Graph by `fetch`: the provider is a function that resolves to a bearer token which is still valid.
import { DefaultAzureCredential, getBearerTokenProvider } from 'entrada'

const graph = process.env.GRAPH_ENDPOINT ?? 'https://graph.microsoft.com'

const credential = new DefaultAzureCredential()
const token = getBearerTokenProvider(credential, 'https://graph.microsoft.com/.default')

const response = await fetch(`${graph}/v1.0/me`, { headers: { Authorization: `Bearer ${await token()}` } })
if (!response.ok) throw new Error(`Graph answered ${response.status}.`)
const { displayName } = /** @type {{ displayName: string }} */ (await response.json())
console.log(`User: ${displayName}`)
await credential.close()
