import { type Instrumenter, type TracingContext, useInstrumenter } from '@azure/core-tracing'

export interface RecordedSpan {
  name: string
  /** Name of the span around it. */
  parent: string | undefined
  packageName: string
  status?: string | undefined
  isEnded: boolean
}

const spanKey = Symbol('span')

/** What instrumenters hand around: values by key, and no way to change one. */
class Context implements TracingContext {
  readonly #values: ReadonlyMap<symbol, unknown>

  constructor(values: ReadonlyMap<symbol, unknown> = new Map()) {
    this.#values = values
  }

  getValue(key: symbol): unknown {
    return this.#values.get(key)
  }

  setValue(key: symbol, value: unknown): Context {
    return new Context(new Map(this.#values).set(key, value))
  }

  deleteValue(key: symbol): Context {
    const values = new Map(this.#values)
    values.delete(key)
    return new Context(values)
  }
}

/** The spans that are opened while this runs, in order, and the context that a caller's own span would hand on. */
export async function spansOf(act: (callersContext: TracingContext) => Promise<unknown>): Promise<RecordedSpan[]> {
  const spans: RecordedSpan[] = []
  const instrumenter: Instrumenter = {
    startSpan(name, { packageName, tracingContext = new Context() }) {
      const around = tracingContext.getValue(spanKey) as RecordedSpan | undefined
      const span: RecordedSpan = { name, parent: around?.name, packageName, isEnded: false }
      spans.push(span)
      return {
        tracingContext: tracingContext.setValue(spanKey, span),
        span: {
          end: () => {
            span.isEnded = true
          },
          setStatus: ({ status }) => {
            span.status = status
          },
          setAttribute: () => undefined,
          isRecording: () => true,
          recordException: () => undefined,
          addEvent: () => undefined,
        },
      }
    },
    withContext: (_, callback, ...args) => callback(...args),
    parseTraceparentHeader: () => undefined,
    createRequestHeaders: () => ({}),
  }
  useInstrumenter(instrumenter)
  try {
    await act(new Context(new Map([[spanKey, { name: 'the caller' }]])))
  } finally {
    useInstrumenter(undefined as unknown as Instrumenter)
  }
  return spans
}
