import { ClientSecretCredential, type EntradaEvent } from 'entrada'
import { afterEach, expect, test, vi } from 'vitest'
import { clientId, tenantId } from '../app.ts'
import { failure } from '../world.ts'

afterEach(() => vi.unstubAllGlobals())

test('where the runtime has no fetch, as in Jest’s jsdom, the first call says so', async () => {
  vi.stubGlobal('navigator', { userAgent: 'Mozilla/5.0 (linux) AppleWebKit/537.36 (KHTML, like Gecko) jsdom/26.1.0' })
  vi.stubGlobal('fetch', undefined)
  const events: EntradaEvent[] = []
  await using credential = new ClientSecretCredential(tenantId, clientId, 'secret', {
    onEvent: (event) => events.push(event),
    host: { env: {}, sleep: () => Promise.reject(new Error('it waited')) },
  })
  const error = await failure(credential.getToken('https://storage.azure.com/.default'))
  expect(error.message).toContain('this runtime has no fetch; pass the option fetch')
  expect(events.filter(({ type }) => type === 'request-retried')).toEqual([])
})
