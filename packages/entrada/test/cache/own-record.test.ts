import { ClientSecretCredential } from 'entrada'
import { memoryTokenStore } from 'entrada/store'
import { expect, test } from 'vitest'
import { clientId, scope, tenantId } from '../world.ts'

/** Seconds of a token's life. */
const life = 3600

test('the record of its own token does not outlive it where the wall clock is set back to when it came', async () => {
  const clock = { wall: Date.UTC(2030, 0, 1), moment: 0 }
  let count = 0
  await using credential = new ClientSecretCredential(tenantId, clientId, 'secret', {
    tokenStore: memoryTokenStore({ now: () => clock.wall }),
    fetch: () => Response.json({ access_token: `token-${++count}`, expires_in: life, token_type: 'Bearer' }),
    host: { env: {}, now: () => clock.wall, monotonic: () => clock.moment },
  })
  expect((await credential.getToken(scope)).token).toBe('token-1')
  clock.moment += (life + 1) * 1000
  expect((await credential.getToken(scope)).token).toBe('token-2')
})
