// The packed keyring, without the optional package that it needs: it says so, and nothing else happens.
import { openMsalCache } from '@entrada/keyring'

const opening = openMsalCache('msal.cache.nocae', { host: { platform: 'linux', env: { HOME: '/nowhere' } } })
await opening.catch((error) => console.log(`${error.name}: ${error.reason}`))
