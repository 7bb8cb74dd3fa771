import { startEmulator } from '@entrada/emulator'
import { accessTokens } from '@entrada/verify'
import { withAccessToken } from '@entrada/verify/fetch'

const emulator = await startEmulator()
const { AZURE_TENANT_ID: tenantId = '', AZURE_CLIENT_ID: audience = '' } = emulator.env()
const verify = accessTokens({ audience, tenants: [tenantId], clouds: emulator })
const handler = withAccessToken(verify, (_, caller) => new Response(caller.username))

const user = { objectId: '00000000-0000-4000-8000-00000000ada0', username: 'ada@contoso.example' }
const authorization = `Bearer ${await emulator.userToken({ user, app: 'demo' })}`
const known = await handler(new Request('https://api.example/', { headers: { authorization } }))
const unknown = await handler(new Request('https://api.example/'))
console.log(`${known.status} for ${await known.text()}, ${unknown.status} for nobody`)
await emulator.close()
