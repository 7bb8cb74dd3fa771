// Our library with the system's secret store: signs somebody in, or asks in silence for who has signed in.
import { openKeyringTokenStore } from '@entrada/keyring'
import {
  DeviceCodeCredential,
  deserializeAuthenticationRecord,
  SharedTokenCacheCredential,
  serializeAuthenticationRecord,
  useIdentityPlugin,
} from 'entrada'
import { answer, task, userPromptCallback } from './answer.mjs'
import { cachePersistencePlugin } from './cache-plugin.mjs'

const { what, authorityHost, tenantId, scope, record, enableCae, username, plugin, allowUnencrypted } = task
if (plugin) useIdentityPlugin(cachePersistencePlugin)
/** @type {string[]} */
const events = []
const options = {
  ...{ authorityHost, tenantId, userPromptCallback },
  onEvent(/** @type {{ type: string }} */ { type }) {
    if (type !== 'store-used') events.push(type)
  },
}

/** @type {Record<string, () => Promise<object>>} */
const tasks = {
  async 'shared cache'() {
    const { userPromptCallback: _, ...silently } = options
    return oneToken(new SharedTokenCacheCredential(username, silently))
  },
  async 'sign in'() {
    const tokenStore = await openKeyringTokenStore({ unsafeAllowUnencryptedStorage: allowUnencrypted })
    const credential = new DeviceCodeCredential({ ...options, tokenStore })
    const signedIn = await credential.authenticate(scope, { enableCae })
    const { token } = await credential.getToken(scope, { enableCae })
    return { token, record: serializeAuthenticationRecord(signedIn), events }
  },
  async silent() {
    const authenticationRecord = deserializeAuthenticationRecord(record)
    const tokenCachePersistenceOptions = { enabled: true }
    // On a busy machine, importing the library takes longer than a credential waits for a store.
    const host = { sleep: untilAborted }
    const silent = { ...options, host, tokenCachePersistenceOptions, authenticationRecord }
    return oneToken(new DeviceCodeCredential({ ...silent, disableAutomaticAuthentication: true }))
  },
}

await answer(async () => tasks[what]?.() ?? {})

/** @param {import('entrada').EntradaCredential} credential */
async function oneToken(credential) {
  try {
    const { token } = await credential.getToken(scope, { enableCae })
    return { token, events }
  } finally {
    await credential.close()
  }
}

/**
 * @param {number} _
 * @param {AbortSignal} signal
 */
function untilAborted(_, signal) {
  return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
}
