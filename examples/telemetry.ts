// Metrics of every credential, for Prometheus: node telemetry.mjs, then open the address it prints.
import { instrument } from '@entrada/opentelemetry'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { DefaultAzureCredential } from 'entrada'

const port = Number(process.env.METRICS_PORT ?? 9464)
const exporter = new PrometheusExporter({ port, host: '127.0.0.1', preventServerStart: true })
const telemetry = instrument('all', {
  meterProvider: new MeterProvider({ readers: [exporter] }),
  signals: ['metrics'],
  secretExpiries: { EnvironmentCredential: new Date('2027-03-01') },
})

const credential = new DefaultAzureCredential()
for (let call = 0; call < 10; call++) await credential.getToken('https://storage.azure.com/.default')
await exporter.startServer()
console.log(`Metrics at http://127.0.0.1:${port}/metrics`)

process.once('SIGTERM', async () => {
  await credential.close()
  await telemetry.stop()
  await exporter.shutdown()
})
