import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { instrument } from '@entrada/opentelemetry'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import { ClientSecretCredential, countTokens } from 'entrada'
import { processorTime } from '../measure.ts'
import type { Measure, Row } from '../row.ts'
import { standInFetch } from '../stand-in.ts'

const scope = 'https://storage.azure.com/.default'
const tenant = '11111111-1111-4111-8111-111111111111'

/** A reader that nobody asks: what counting costs between two readings. */
class IdleReader extends MetricReader {
  protected override async onShutdown(): Promise<void> {}
  protected override async onForceFlush(): Promise<void> {}
}

/** How much longer a listener may make a cached call, in nanoseconds. */
const aimNs = 300

/** A cached call while nobody listens, before and after somebody did, and while somebody does. */
export const telemetry: Measure = async () => {
  const credential = new ClientSecretCredential(tenant, 'client', 'secret', { fetch: standInFetch })
  await credential.getToken(scope)
  const ask = (): Promise<unknown> => credential.getToken(scope)
  const before = await processorTime(ask)
  const listeners: Record<string, () => Promise<() => unknown>> = {
    'a subscriber of the diagnostics channel': async () => {
      const hear = (): void => undefined
      subscribe('entrada', hear)
      return () => unsubscribe('entrada', hear)
    },
    'countTokens()': async () => {
      const counting = countTokens()
      await counting.tell()
      return () => counting.stop()
    },
    '@entrada/opentelemetry with metrics': async () => {
      const meterProvider = new MeterProvider({ readers: [new IdleReader()] })
      const instrumentation = instrument('all', { meterProvider, signals: ['metrics'] })
      await credential.getToken(scope)
      await new Promise((resolve) => setImmediate(resolve))
      return () => instrumentation.stop()
    },
  }
  const rows: Row[] = []
  for (const [listener, start] of Object.entries(listeners)) {
    const stop = await start()
    const during = await processorTime(ask)
    await stop()
    rows.push(row(`cached getToken with ${listener}`, during, before, aimNs))
  }
  // V8 has seen tokens of two shapes by then.
  rows.push(row('cached getToken after all of them have gone', await processorTime(ask), before, 100))
  await credential.close()
  return rows
}

function row(what: string, taken: number, before: number, aim: number): Row {
  const more = taken - before
  return {
    what,
    ours: `${taken.toFixed(0)} ns of processor time, ${before.toFixed(0)} ns before anybody listened: ${more.toFixed(0)} ns more`,
    peer: '',
    aim: `at most ${aim} ns more`,
    isReached: more <= aim,
  }
}
