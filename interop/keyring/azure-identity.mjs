// @azure/identity with its own cache plug-in: signs somebody in, or asks in silence for who has signed in.
import {
  DeviceCodeCredential,
  deserializeAuthenticationRecord,
  serializeAuthenticationRecord,
  useIdentityPlugin,
} from '@azure/identity'
import { answer, task, userPromptCallback } from './answer.mjs'
import { cachePersistencePlugin } from './cache-plugin.mjs'

useIdentityPlugin(cachePersistencePlugin)
const { what, authorityHost, tenantId, scope, record, enableCae } = task
const options = {
  ...{ authorityHost, tenantId, disableInstanceDiscovery: true, userPromptCallback },
  tokenCachePersistenceOptions: { enabled: true },
}

await answer(async () => {
  if (what === 'sign in') {
    const credential = new DeviceCodeCredential(options)
    const signedIn = await credential.authenticate(scope, { enableCae })
    if (signedIn === undefined) throw new Error('nobody has signed in')
    const { token } = await credential.getToken(scope, { enableCae })
    return { token, record: serializeAuthenticationRecord(signedIn) }
  }
  const authenticationRecord = deserializeAuthenticationRecord(record)
  const silent = { ...options, authenticationRecord, disableAutomaticAuthentication: true }
  const { token } = await new DeviceCodeCredential(silent).getToken(scope, { enableCae })
  return { token }
})
