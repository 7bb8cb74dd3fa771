import { writeFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { startEmulator } from '@entrada/emulator'
import { instrument } from '@entrada/opentelemetry'
import { CertificateCredential, ClientSecretCredential } from 'entrada'
import { memoryTokenStore } from 'entrada/store'
import { makeCertificate } from '../../packages/entrada/test/certificates/make-certificate.ts'
import { dashboardPanels } from './panels.ts'
import { dashboardPicture } from './picture.ts'
import { startPrometheus } from './prometheus.ts'

/**
 * Draws the dashboard of the documentation: a service asks an emulator for tokens while Prometheus scrapes it, with throttling from
 * the first minute on and a secret that does not work in the second. The argument is the folder of
 * the documentation.
 */
const docs = pathToFileURL(`${process.argv[2]}/`)
const file = new URL('images/telemetry-dashboard.svg', docs)
const forMs = 180_000
const tenantId = '11111111-1111-4111-8111-111111111111'
const clientId = '33333333-3333-4333-8333-333333333333'
const secret = 'a secret of the run'

const certificate = makeCertificate()
const emulator = await startEmulator({
  directory: {
    tenants: [{ id: tenantId }],
    apps: [
      {
        name: 'app',
        clientId,
        tenantId,
        secrets: [{ value: secret }],
        certificates: [certificate.certificate],
      },
    ],
  },
  // A token is refreshed at half its life.
  tokenLifetimeSeconds: 100,
})
const prometheus = await startPrometheus()
const telemetry = instrument('all', {
  meterProvider: prometheus.meterProvider,
  signals: ['metrics'],
  secretExpiries: { ClientSecretCredential: new Date(Date.now() + 41 * 86_400_000) },
})
const options = {
  authorityHost: emulator.url,
  tlsOptions: { ca: emulator.ca.pem },
  retryOptions: { retryDelayInMs: 200 },
}
const first = new ClientSecretCredential(tenantId, clientId, secret, { ...options, tokenStore: memoryTokenStore() })
const second = new CertificateCredential(tenantId, clientId, { certificate: certificate.pem }, options)

const start = Date.now()
for (let turn = 0; Date.now() - start < forMs; turn++) {
  const seconds = (Date.now() - start) / 1000
  for (let call = 0; call < 20; call++) await first.getToken('https://storage.azure.com/.default')
  emulator.faults.always(isBroken(seconds) ? { aadsts: 7000222 } : { delay: 20 + Math.round(60 * Math.random()) })
  if (turn % 4 === 0 && !isBroken(seconds)) {
    if (seconds > 60 && turn % 12 === 0) emulator.faults.next({ status: 429, retryAfter: 0 })
    await second.getToken(`https://service-${turn}.example/.default`)
  }
  await wait(100)
}

/** A token of the first minute is served meanwhile, and its refreshes fail. */
function isBroken(seconds: number): boolean {
  return seconds > 47 && seconds < 90
}

const end = Date.now() / 1000
const span = { start: start / 1000 + 5, end, step: 2 }
const panels = await Promise.all(
  (await dashboardPanels(docs, '20s')).map(async ({ title, unit, queries }) => ({
    title,
    unit,
    lines: (
      await Promise.all(
        queries.map(async ({ expr, legend }) =>
          (
            await prometheus.range(expr, span)
          ).map(({ metric, values }) => ({
            name: legend.replace(/\{\{(\w+)\}\}/g, (_, label: string) => metric[label] ?? ''),
            values: values.filter(([, value]) => Number.isFinite(value)),
          })),
        ),
      )
    ).flat(),
  })),
)
await writeFile(file, dashboardPicture(panels, span))
console.log(`${file.pathname}: ${panels.map(({ title, lines }) => `${title} (${lines.length})`).join(', ')}`)
await first.close()
await second.close()
await telemetry.stop()
await prometheus.close()
await emulator.close()
