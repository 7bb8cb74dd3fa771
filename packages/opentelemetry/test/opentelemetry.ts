import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'

/** A reader that reads when it is asked, as a scrape does. */
class OnDemandReader extends MetricReader {
  protected override async onShutdown(): Promise<void> {}
  protected override async onForceFlush(): Promise<void> {}
}

/** One measured value, or the count and sum of a histogram. */
export interface Point {
  attributes: Record<string, unknown>
  value: number | { count: number; sum: number }
}

/** The SDK with its in-memory exporters. */
export interface Telemetry {
  meterProvider: MeterProvider
  tracerProvider: BasicTracerProvider
  /** What is measured so far, by the name of the metric. */
  read(): Promise<Record<string, Point[]>>
  /** The spans that have ended, each under the names of those around it. */
  spans(): ReadableSpan[]
  /** "outer > inner", in the order in which they ended. */
  paths(): string[]
  reset(): void
}

export function createTelemetry(): Telemetry {
  const reader = new OnDemandReader()
  const meterProvider = new MeterProvider({ readers: [reader] })
  const exporter = new InMemorySpanExporter()
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const spans = (): ReadableSpan[] => exporter.getFinishedSpans()
  const pathOf = (span: ReadableSpan): string => {
    const parent = spans().find((other) => other.spanContext().spanId === span.parentSpanContext?.spanId)
    return parent === undefined ? span.name : `${pathOf(parent)} > ${span.name}`
  }
  return {
    meterProvider,
    tracerProvider,
    async read() {
      const { resourceMetrics, errors } = await reader.collect()
      if (errors.length > 0) throw new AggregateError(errors)
      const all = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics)
      return Object.fromEntries(
        all.map(({ descriptor, dataPoints }) => [
          descriptor.name,
          dataPoints.map(({ attributes, value }) => ({ attributes, value: summed(value) })),
        ]),
      )
    },
    spans,
    paths: () => spans().map(pathOf),
    reset: () => exporter.reset(),
  }
}

function summed(value: unknown): Point['value'] {
  if (typeof value === 'number') return value
  const { count, sum } = value as { count: number; sum: number }
  return { count, sum }
}
