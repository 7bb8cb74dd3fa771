import {
  type Context,
  context,
  createContextKey,
  isSpanContextValid,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { thrownType } from './error-type.ts'

/** Whose spans go to which tracer. */
export interface SpanRoute {
  tracer: Tracer
  watches(of: object | undefined): boolean
}

/** What the library opens spans with: the part of `@azure/core-tracing` that it uses. */
interface SpanClient {
  startSpan(
    name: string,
    options: CallOptions | undefined,
    facts?: { spanKind?: 'client' | 'internal'; spanAttributes?: Record<string, never>; of?: object },
  ): { span: object; updatedOptions: CallOptions }
  withContext<T>(given: Context, callback: () => T): T
  parseTraceparentHeader(): unknown
}

interface CallOptions {
  tracingOptions?: { tracingContext?: Context }
}

/** Where every copy of the library looks for somebody who wants its spans. */
interface Shared {
  [place]?: { client: SpanClient | undefined; routes: SpanRoute[] }
}

const place: unique symbol = /* @__PURE__ */ Symbol.for('entrada.spans') as never

/** In a context of the library's: the route that its spans take, or `false` for none. */
const routeKey: symbol = /* @__PURE__ */ createContextKey('entrada.spans')

/** Has the library open spans, until the function that it returns is called. Of several routes the last that fits is taken. */
export function openRoute(route: SpanRoute): () => void {
  const shared = globalThis as Shared
  if (shared[place] === undefined) Object.defineProperty(shared, place, { value: { client: undefined, routes: [] } })
  const held = shared[place] as NonNullable<Shared[typeof place]>
  held.routes.push(route)
  held.client ??= spanClient(held.routes)
  return () => {
    const index = held.routes.indexOf(route)
    if (index >= 0) held.routes.splice(index, 1)
    if (held.routes.length === 0) held.client = undefined
  }
}

function spanClient(routes: readonly SpanRoute[]): SpanClient {
  let isReal = false
  return {
    startSpan(name, options, { spanKind = 'internal', spanAttributes = {}, of } = {}) {
      const given = options?.tracingOptions?.tracingContext
      // The Azure clients pass a context of their own, with no span in it, where they have no instrumenter.
      const around = given != null && trace.getSpan(given) !== undefined ? given : context.active()
      const chosen = (given?.getValue(routeKey) ?? routes.findLast((route) => route.watches(of)) ?? false) as
        | SpanRoute
        | false
      const span = chosen === false ? undefined : startSpan(chosen, name, { spanKind, spanAttributes, around })
      const outer = trace.getSpanContext(around)
      const own = span?.spanContext()
      // Where no SDK is registered, spans are empty, or the one around again.
      isReal = own !== undefined && isSpanContextValid(own) && own.spanId !== outer?.spanId
      const inner = (span === undefined ? around : trace.setSpan(around, span)).setValue(routeKey, chosen)
      return {
        span: spanFor(span),
        updatedOptions: { ...options, tracingOptions: { ...options?.tracingOptions, tracingContext: inner } },
      }
    },
    withContext: (given, callback) => context.with(given, callback),
    parseTraceparentHeader: () => (isReal ? {} : undefined),
  }
}

function startSpan(
  { tracer }: SpanRoute,
  name: string,
  { spanKind, spanAttributes, around }: { spanKind: string; spanAttributes: Record<string, never>; around: Context },
): Span {
  const kind = spanKind === 'client' ? SpanKind.CLIENT : SpanKind.INTERNAL
  const attributes = { 'azure.resource_provider.namespace': 'Microsoft.AAD', ...spanAttributes }
  return tracer.startSpan(name, { kind, attributes }, around)
}

/** The library's view of a span. What an error says may name a tenant or a user, so only its type is noted. */
function spanFor(span: Span | undefined): object {
  return {
    isRecording: () => span?.isRecording() === true,
    setAttribute: (name: string, value: never) => span?.setAttribute(name, value),
    setStatus(status: { status: 'success' } | { status: 'error'; error: unknown }) {
      if (status.status !== 'error') return
      span?.setStatus({ code: SpanStatusCode.ERROR })
      span?.setAttribute('error.type', thrownType(status.error))
    },
    end: () => span?.end(),
  }
}
