import type { Attributes, Counter, Histogram, Meter, ObservableGauge, ObservableResult } from '@opentelemetry/api'
import type { EntradaEvent } from 'entrada'
import { type MetricName, metrics } from './definitions.ts'
import { errorType } from './error-type.ts'
import type { Expiries } from './expiries.ts'

/** Makes measurements of events. */
export interface EventMeter {
  hear(event: EntradaEvent, of: object | undefined): void
  /** Measures no more. */
  stop(): void
}

/** `collect` is called whenever the metrics are about to be read, and has the credentials tell of their counts. */
export function eventMeter(meter: Meter, expiries: Expiries, collect: () => Promise<void>): EventMeter {
  const optionsOf = (name: MetricName): object => {
    const { unit, description, buckets } = metrics[name]
    return { unit, description, ...(buckets && { advice: { explicitBucketBoundaries: [...buckets] } }) }
  }
  const counter = (name: MetricName): Counter => meter.createCounter(name, optionsOf(name))
  const histogram = (name: MetricName): Histogram => meter.createHistogram(name, optionsOf(name))
  const duration = histogram('entrada.token.duration')
  const requests = counter('entrada.token.requests')
  const life = histogram('entrada.token.remaining_life')
  const refreshFailures = counter('entrada.refresh.failures')
  const retries = counter('entrada.request.retries')
  const store = counter('entrada.store.operations')
  const expiry: ObservableGauge = meter.createObservableGauge(
    'entrada.credential.expiry',
    optionsOf('entrada.credential.expiry'),
  )
  const observe = async (result: ObservableResult): Promise<void> => {
    await collect()
    for (const { credential, kind, at } of expiries.first()) {
      result.observe(at / 1000, { 'entrada.credential.name': credential, 'entrada.credential.kind': kind })
    }
  }
  expiry.addCallback(observe)

  function hear(event: EntradaEvent, of: object | undefined): void {
    const credential = { 'entrada.credential.name': event.credential }
    switch (event.type) {
      case 'token-acquired': {
        const source = { 'entrada.token.source': event.source }
        const said: Attributes = {
          ...credential,
          ...source,
          'entrada.token.reason': event.reason,
          'entrada.token.outcome': 'success',
          ...(event.region !== undefined && { 'entrada.token.region': event.region }),
        }
        requests.add(1, said)
        duration.record(event.milliseconds / 1000, said)
        life.record(event.remainingLifeInMs / 1000, { ...credential, ...source })
        break
      }
      case 'tokens-counted': {
        const source = { 'entrada.token.source': event.source }
        requests.add(event.count, { ...credential, ...source, 'entrada.token.outcome': 'success' })
        life.record(event.leastLifeInMs / 1000, { ...credential, ...source })
        break
      }
      case 'token-failed': {
        const said = {
          ...credential,
          'entrada.token.reason': event.reason,
          'entrada.token.outcome': 'failure',
          'error.type': errorType(event),
        }
        requests.add(1, said)
        duration.record(event.milliseconds / 1000, said)
        break
      }
      case 'refresh-failed':
        refreshFailures.add(1, { ...credential, 'error.type': errorType(event) })
        break
      case 'request-retried': {
        const { statusCode, error } = event
        const why = statusCode === undefined ? { 'error.type': errorType({ error }) } : {}
        retries.add(1, { ...credential, ...(statusCode && { 'http.response.status_code': statusCode }), ...why })
        break
      }
      case 'store-used': {
        const outcome = event.isHit === undefined ? 'done' : event.isHit ? 'hit' : 'miss'
        store.add(1, { ...credential, 'entrada.store.operation': event.operation, 'entrada.store.outcome': outcome })
        break
      }
      case 'store-failed':
        store.add(1, { ...credential, 'entrada.store.operation': event.operation, 'entrada.store.outcome': 'failed' })
        break
      case 'credential-expiry':
        expiries.note({ credential: event.credential, kind: event.kind, at: event.expiresOnTimestamp }, of)
    }
  }
  return { hear, stop: () => expiry.removeCallback(observe) }
}
