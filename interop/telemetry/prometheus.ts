import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { freePort } from '../free-port.ts'

/** One line of a result: its labels, and its values by their time in seconds. */
interface Series {
  metric: Record<string, string>
  values: readonly (readonly [time: number, value: number])[]
}

/** A Prometheus of Debian's, which scrapes this process every second. */
export interface Prometheus {
  meterProvider: MeterProvider
  /** What it scrapes, as it is now. */
  scrape(): Promise<string>
  /** The answer to a query at this moment; a query that cannot be parsed rejects. */
  query(text: string): Promise<readonly Series[]>
  /** The answer over a span of time, in seconds since 1970. */
  range(text: string, span: { start: number; end: number; step: number }): Promise<readonly Series[]>
  close(): Promise<void>
}

export async function startPrometheus(): Promise<Prometheus> {
  const exporter = new PrometheusExporter({ preventServerStart: true })
  const meterProvider = new MeterProvider({ readers: [exporter] })
  const target = createServer((request, response) => exporter.getMetricsRequestHandler(request, response))
  const targetPort = await listen(target)
  const folder = await mkdtemp(join(tmpdir(), 'entrada-prometheus-'))
  const port = await freePort()
  const scrape = { job_name: 'api', scrape_interval: '1s', static_configs: [{ targets: [`127.0.0.1:${targetPort}`] }] }
  // YAML takes JSON as it is.
  await writeFile(join(folder, 'prometheus.yml'), JSON.stringify({ scrape_configs: [scrape] }))
  const child = await start(folder, port)

  async function ask(path: string, parameters: Record<string, string>): Promise<readonly Series[]> {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/${path}?${new URLSearchParams(parameters)}`)
    const { status, error, data } = (await answer.json()) as {
      status: string
      error?: string
      data?: { result: { metric: Record<string, string>; value?: Raw; values?: Raw[] }[] }
    }
    if (status !== 'success' || data === undefined) throw new Error(`${error}: ${parameters.query}`)
    return data.result.map(({ metric, value, values = value === undefined ? [] : [value] }) => ({
      metric,
      values: values.map(([time, text]) => [time, Number(text)] as const),
    }))
  }
  return {
    meterProvider,
    async scrape() {
      return (await fetch(`http://127.0.0.1:${targetPort}/metrics`)).text()
    },
    query: (query) => ask('query', { query }),
    range: (query, { start: from, end, step }) =>
      ask('query_range', { query, start: String(from), end: String(end), step: String(step) }),
    async close() {
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      await gone
      target.closeAllConnections()
      target.close()
      await meterProvider.shutdown()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

type Raw = readonly [time: number, value: string]

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

async function start(folder: string, port: number): Promise<ChildProcess> {
  const options = {
    'config.file': join(folder, 'prometheus.yml'),
    'storage.tsdb.path': join(folder, 'data'),
    'web.listen-address': `127.0.0.1:${port}`,
  }
  const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`)
  const child = spawn('prometheus', args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`prometheus did not start: ${said.slice(-500)}`)))
    // Read to the end: a program whose log nobody reads is killed by it.
    child.stderr.on('data', (chunk) => {
      said += String(chunk)
      if (said.includes('Server is ready to receive web requests')) resolve()
    })
  })
  return child
}
