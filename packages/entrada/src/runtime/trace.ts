/** The span of one piece of work, as `@azure/core-tracing` has it. */
export interface Span {
  isRecording(): boolean
  setStatus(status: { status: 'success' } | { status: 'error'; error: unknown }): void
  setAttribute(name: string, value: unknown): void
  end(): void
}

/** What opens spans: the part of `@azure/core-tracing` that is used, which `@entrada/opentelemetry` has too. */
export interface TracingClient {
  startSpan<Options>(
    name: string,
    options: Options,
    spanOptions?: SpanFacts,
  ): { span: Span; updatedOptions: Options & { tracingOptions: { tracingContext: object } } }
  withContext<T>(context: unknown, callback: () => T): T
  parseTraceparentHeader(header: string): unknown
}

/** What is known of a span when it begins. */
export interface SpanFacts {
  spanKind?: 'client' | 'internal'
  spanAttributes?: Record<string, unknown>
  /** The credential that is called. */
  of?: object
}

/** What opened a span, and the context that names it as the one around. */
interface Trace {
  client: TracingClient
  tracingContext: object
}

/** The traces that are open, by the context of a call, and by the signal of the work that is done for it. */
const traces = /* @__PURE__ */ new WeakMap<object, Trace>()

/** Remembers what opened the span of a context. */
export function noteTrace(tracingContext: object, client: TracingClient): void {
  traces.set(tracingContext, { client, tracingContext })
}

/** Has the spans of the work that this signal ends lie within that of the call it is done for, if the call has one. */
export function followTrace(signal: AbortSignal, tracingContext: object | undefined): void {
  const trace = tracingContext && traces.get(tracingContext)
  if (trace !== undefined) traces.set(signal, trace)
}

/** Does a part of the work that the signal ends, in a span of its own where the whole has one. `work` adds what it learns. */
export function inChildSpan<T>(
  signal: AbortSignal,
  name: string,
  facts: () => SpanFacts,
  work: (span?: Pick<Span, 'setAttribute'>) => Promise<T>,
): Promise<T> {
  const trace = traces.get(signal)
  return trace === undefined ? work() : spanned(trace, name, facts(), work)
}

async function spanned<T>(
  { client, tracingContext }: Trace,
  name: string,
  facts: SpanFacts,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const { span, updatedOptions } = client.startSpan(name, { tracingOptions: { tracingContext } }, facts)
  return inStartedSpan({ client, span, tracingContext: updatedOptions.tracingOptions.tracingContext }, () => work(span))
}

/** Does the work of a span that has been started, and ends the span as the work ends. */
export async function inStartedSpan<T>(
  { client, span, tracingContext }: Trace & { span: Span },
  work: () => Promise<T>,
): Promise<T> {
  try {
    const result = await client.withContext(tracingContext, work)
    span.setStatus({ status: 'success' })
    return result
  } catch (error) {
    span.setStatus({ status: 'error', error })
    throw error
  } finally {
    span.end()
  }
}
