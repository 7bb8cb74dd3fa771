import type { Span, SpanFacts } from '../runtime/trace.ts'
import type { HttpAnswer, HttpRequest } from './exchange.ts'

/**
 * What a span says of a request before it is sent (OpenTelemetry's conventions for HTTP clients, and those of the Azure SDK): all
 * but the path, which names the tenant.
 */
export function requestFacts({ method, url }: HttpRequest, id: string | undefined, resendCount: number): SpanFacts {
  const { hostname, port, protocol } = new URL(url)
  return {
    spanKind: 'client',
    spanAttributes: {
      'http.request.method': method,
      'server.address': hostname,
      'server.port': Number(port || (protocol === 'https:' ? 443 : 80)),
      'url.scheme': protocol.slice(0, -1),
      ...(id === undefined ? {} : { 'azure.client.id': id }),
      ...(resendCount === 0 ? {} : { 'http.request.resend_count': resendCount }),
    },
  }
}

/** What the answer adds. */
export function noteAnswer(span: Pick<Span, 'setAttribute'>, { status, header }: HttpAnswer): void {
  span.setAttribute('http.response.status_code', status)
  const requestId = header('x-ms-request-id')
  if (requestId !== undefined) span.setAttribute('azure.service.request.id', requestId)
  if (status >= 400) span.setAttribute('error.type', String(status))
}
