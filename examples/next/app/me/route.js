// A route handler of Next.js: it takes tokens that Entra ID issued for it, and calls Microsoft Graph as its caller.
import { withAccessToken } from '@entrada/verify/next'
import { asCaller, verify } from '../../entra.js'

const graph = process.env.GRAPH_ENDPOINT ?? 'https://graph.microsoft.com'

// A challenge of Conditional Access that comes while the handler runs is the caller's to answer, and is passed on.
export const GET = withAccessToken(verify, async (_, { caller }) => {
  const { token } = await asCaller(caller).getToken('https://graph.microsoft.com/User.Read')
  const response = await fetch(`${graph}/v1.0/me`, { headers: { Authorization: `Bearer ${token}` } })
  if (!response.ok) return new Response(`Graph answered ${response.status}.`, { status: 502 })
  const { displayName } = /** @type {{ displayName: string }} */ (await response.json())
  return Response.json({ displayName })
})
