import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Instrumentation, instrument } from '@entrada/opentelemetry'
import { CertificateCredential, ClientSecretCredential } from 'entrada'
import { memoryTokenStore } from 'entrada/store'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import {
  clientId,
  createWorld,
  failure,
  recognisableSecret,
  scope,
  tenantId,
  until,
  type World,
} from '../packages/entrada/test/world.ts'
import { component, prometheus as prometheusComponent } from './components.ts'
import { dashboardPanels, guideQueries } from './telemetry/panels.ts'
import { type Prometheus, startPrometheus } from './telemetry/prometheus.ts'

vi.setConfig({ testTimeout: 120_000 })

const isHere = component(prometheusComponent)
const docs = new URL('../docs/', import.meta.url)
const rules = fileURLToPath(new URL('telemetry/', docs))

let world: World
let prometheus: Prometheus
let telemetry: Instrumentation
/** Uses both credentials once more. */
let work: () => Promise<void>

beforeAll(async () => {
  if (!isHere) return
  world = await createWorld()
  prometheus = await startPrometheus()
  const { meterProvider } = prometheus
  telemetry = instrument('all', { meterProvider, signals: ['metrics'] })
  const now = (): number => world.emulator.clock.now()
  const options = { ...world.options(), tokenStore: memoryTokenStore({ now }) }
  const secret = new ClientSecretCredential(tenantId, clientId, recognisableSecret, options)
  const certificate = new CertificateCredential(
    tenantId,
    clientId,
    { certificate: world.certificate.pem },
    world.options(),
  )
  let calls = 0
  work = async () => {
    for (let call = 0; call < 100; call++) await secret.getToken(scope)
    world.emulator.faults.next({ status: 429, retryAfter: 1 })
    await certificate.getToken(`https://service-${calls++}.example/.default`)
    world.emulator.clock.advance(1000)
  }
  // From here on every refresh of the first credential fails.
  await work()
  world.emulator.clock.advance(56 * 60_000)
  world.emulator.faults.next({ aadsts: 7000222 })
  await secret.getToken(scope)
  await until(() => world.events.some(({ type }) => type === 'refresh-failed'))
}, 60_000)
afterAll(async () => {
  if (!isHere) return
  await telemetry.stop()
  await prometheus.close()
  await world.close()
})

/** Works on until the query has an answer with a number in it. */
async function answered(query: string): Promise<readonly number[]> {
  for (const end = performance.now() + 90_000; performance.now() < end; ) {
    await work()
    const values = (await prometheus.query(query)).flatMap((series) => series.values.map(([, value]) => value))
    if (values.some(Number.isFinite)) return values
  }
  throw new Error(`no answer to ${query}`)
}

test('what is scraped is what promtool takes for good metrics', async () => {
  await work()
  const promtool = spawn('promtool', ['check', 'metrics'])
  let said = ''
  for (const stream of [promtool.stdout, promtool.stderr]) stream.on('data', (chunk) => (said += String(chunk)))
  promtool.stdin.end(await prometheus.scrape())
  const [code] = await once(promtool, 'exit')
  expect({ code, said }).toEqual({ code: 0, said: '' })
})

test('every query of the guide has an answer of Prometheus', async () => {
  const queries = await guideQueries(docs)
  expect(queries.length).toBeGreaterThan(5)
  for (const query of queries) await expect(answered(query), query).resolves.not.toEqual([])
})

test('every panel of the dashboard has an answer of Prometheus', async () => {
  const panels = await dashboardPanels(docs, '1m')
  expect(panels.length).toBeGreaterThan(7)
  for (const { title, queries } of panels) {
    for (const { expr } of queries) await expect(answered(expr), title).resolves.not.toEqual([])
  }
})

test('the numbers are those of the run', async () => {
  const [ratio = 0] = await answered(
    'sum(rate(entrada_token_requests_total{entrada_token_source="memory"}[5m])) / sum(rate(entrada_token_requests_total[5m]))',
  )
  // A hundred calls for one token of another credential's.
  expect(ratio).toBeGreaterThan(0.9)
  expect(ratio).toBeLessThan(1)
  const [days = 0] = await answered(
    'min(entrada_credential_expiry{entrada_credential_kind="certificate"} - time()) / 86400',
  )
  const { expiresOnTimestamp = 0 } = (world.events.find(({ type }) => type === 'credential-expiry') ?? {}) as {
    expiresOnTimestamp?: number
  }
  expect(days).toBeCloseTo((expiresOnTimestamp - Date.now()) / 86_400_000, 1)
  expect(await answered('max(entrada_refresh_failures_total{error_type="AADSTS7000222"})')).toEqual([1])
})

test('a refusal that callers see is a failure with its code', async () => {
  world.emulator.faults.next({ aadsts: 7000215 })
  await using credential = new ClientSecretCredential(tenantId, clientId, 'wrong', world.options())
  await failure(credential.getToken(scope))
  expect(await answered('entrada_token_requests_total{error_type="AADSTS7000215"}')).toEqual([1])
})

test('the alert rules are valid, and their tests pass', async () => {
  for (const args of [
    ['check', 'rules', 'alerts.yml'],
    ['test', 'rules', 'alerts.test.yml'],
  ]) {
    const { stdout, stderr } = await promisify(execFile)('promtool', args, { cwd: rules })
    expect(stdout + stderr, args.join(' ')).toContain('SUCCESS')
  }
})
