// The packed instrumentation, with a meter that adds up, beside the packed library.
import { instrument } from '@entrada/opentelemetry'
import { ClientSecretCredential } from 'entrada'

/** @type {Record<string, number>} */
const requests = {}
const nothing = { record() {}, addCallback() {}, removeCallback() {} }
/** @param {string} name */
const createCounter = (name) => ({
  /** @param {number} count @param {Record<string, string>} attributes */
  add(count, { 'entrada.token.source': source = '' }) {
    if (name === 'entrada.token.requests') requests[source] = (requests[source] ?? 0) + count
  },
})
const meter = { createCounter, createHistogram: () => nothing, createObservableGauge: () => nothing }
const meterProvider = /** @type {import('@opentelemetry/api').MeterProvider} */ (
  /** @type {unknown} */ ({ getMeter: () => meter })
)

const telemetry = instrument('all', { meterProvider })
const tenantId = '7e57ab1e-0000-4000-8000-000000000001'
const credential = new ClientSecretCredential(tenantId, tenantId, 'secret', {
  fetch: async () => Response.json({ access_token: 'token', expires_in: 3600 }),
})
for (let call = 0; call < 3; call++) await credential.getToken('https://storage.azure.com/.default')
await telemetry.stop()
console.log(
  `entrada.token.requests: ${Object.entries(requests)
    .map(([source, count]) => `${source} ${count}`)
    .join(', ')}`,
)
