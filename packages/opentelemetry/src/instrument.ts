import { type MeterProvider, metrics, type TracerProvider, trace } from '@opentelemetry/api'
import { countTokens, type EntradaCredential, type EntradaEvent } from 'entrada'
import { Expiries } from './expiries.ts'
import { eventMeter } from './meter.ts'
import { openRoute } from './spans.ts'

/** Whose telemetry is wanted: every credential's, or that of one or some. Members of a chain are credentials of their own. */
export type Watched = 'all' | EntradaCredential | readonly EntradaCredential[]

/** How credentials are instrumented. */
export interface InstrumentOptions {
  /** Default the global one. */
  meterProvider?: MeterProvider
  /** Default the global one. */
  tracerProvider?: TracerProvider
  /** Default both. While there are spans, every call has one, also for a token from memory. */
  signals?: readonly ('metrics' | 'traces')[]
  /**
   * When secrets end, by the class of their credential: `{ ClientSecretCredential: new Date('2027-03-01') }`. Nothing that Entra ID
   * answers tells it; certificates are read.
   */
  secretExpiries?: Readonly<Record<string, Date>>
}

/** Telemetry that is on. */
export interface Instrumentation {
  /** Turns it off, after what was counted last is measured. Safe to call twice. */
  stop(): Promise<void>
}

const scope = '@entrada/opentelemetry'
const version = '0.1.0'

/**
 * Measures and traces credentials: the metrics of `metrics`, and spans named as those of `@azure/identity`. Nothing of a token, a
 * secret, a tenant, a user or a scope is in them.
 *
 * ```ts
 * const telemetry = instrument('all') // the global meter and tracer providers
 * await telemetry.stop()
 * ```
 *
 * @throws TypeError for what is no credential of entrada's, for an invalid option, or where the runtime has no `node:diagnostics_channel`.
 */
export function instrument(watched: Watched = 'all', options: InstrumentOptions = {}): Instrumentation {
  const watches = whom(watched)
  checkOptions(options)
  const { meterProvider, tracerProvider, signals = ['metrics', 'traces'], secretExpiries = {} } = options
  const ends = Object.entries(secretExpiries).map(([name, date]) => [name, dateOf(date, name)] as const)
  const stops: (() => unknown)[] = []
  if (signals.includes('metrics')) {
    const channel = globalThis.process?.getBuiltinModule?.('node:diagnostics_channel')
    if (channel === undefined) {
      throw new TypeError(
        "instrument: this runtime has no node:diagnostics_channel, which tells of events. Pass signals: ['traces'].",
      )
    }
    const counting = countTokens()
    const expiries = new Expiries()
    for (const [credential, at] of ends) expiries.note({ credential, kind: 'secret', at })
    const meter = (meterProvider ?? metrics).getMeter(scope, version)
    const { hear, stop } = eventMeter(meter, expiries, () => counting.tell())
    const listen = (event: unknown, _channel: unknown, of?: object): void => {
      if (watches(of)) hear(event as EntradaEvent, of)
    }
    channel.subscribe('entrada', listen)
    stops.push(async () => {
      await counting.tell()
      stop()
      channel.unsubscribe('entrada', listen)
      counting.stop()
    })
  }
  if (signals.includes('traces')) {
    stops.push(openRoute({ tracer: (tracerProvider ?? trace).getTracer(scope, version), watches }))
  }
  return {
    async stop() {
      await Promise.all(stops.splice(0).map((stop) => stop()))
    },
  }
}

/** Whether an event or call of this credential is wanted. Credentials are not kept alive by being watched. */
function whom(watched: Watched): (of: object | undefined) => boolean {
  if (watched === 'all') return () => true
  const list: readonly unknown[] = Array.isArray(watched) ? watched : [watched]
  for (const credential of list) {
    if (typeof (credential as EntradaCredential | undefined)?.getTokenInfo !== 'function') {
      throw new TypeError("instrument: what is watched is not a credential of entrada. Pass one, a list, or 'all'.")
    }
  }
  const set = new WeakSet(list as object[])
  return (of) => of !== undefined && set.has(of)
}

/** A misspelt signal would be none. Before anything is turned on, as nobody could turn it off. */
function checkOptions(options: InstrumentOptions): void {
  const known = ['meterProvider', 'tracerProvider', 'signals', 'secretExpiries']
  const unknown = Object.keys(options).find((name) => !known.includes(name))
  if (unknown !== undefined) {
    throw new TypeError(`instrument: ${unknown} is not an option. The options are ${known.join(', ')}.`)
  }
  const { signals = ['metrics'], meterProvider, tracerProvider } = options
  const isSignal = (each: unknown): boolean => each === 'metrics' || each === 'traces'
  if (!Array.isArray(signals) || signals.length === 0 || !signals.every(isSignal)) {
    throw new TypeError("instrument: signals must be a list of 'metrics' and 'traces'. Leave it out for both.")
  }
  if (meterProvider !== undefined && typeof meterProvider?.getMeter !== 'function') {
    throw new TypeError('instrument: meterProvider has no getMeter. Pass a MeterProvider of OpenTelemetry.')
  }
  if (tracerProvider !== undefined && typeof tracerProvider?.getTracer !== 'function') {
    throw new TypeError('instrument: tracerProvider has no getTracer. Pass a TracerProvider of OpenTelemetry.')
  }
}

function dateOf(date: Date, credential: string): number {
  const time = date instanceof Date ? date.getTime() : Number.NaN
  if (Number.isNaN(time)) throw new TypeError(`instrument: secretExpiries.${credential} is not a date. Pass a Date.`)
  return time
}
