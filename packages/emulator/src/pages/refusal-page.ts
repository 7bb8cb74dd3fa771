import { html } from 'hono/html'
import type { RouteContext } from '../http/received-request.ts'
import { type Refusal, refusalBody, refusalStatus } from '../refusal/refusal.ts'
import { remedyOf } from '../refusal/remedies.ts'
import { type Html, page } from './page.ts'

/** The page that says why a sign-in failed, for what must not or cannot be sent to an app. */
export function refusalPage(
  { request, service }: RouteContext<{ now(): number }>,
  refusal: Refusal,
  way?: Html,
): Promise<Response> {
  const body = refusalBody(refusal, request, service.now())
  const [reason = ''] = body.error_description.split(' Trace ID: ')
  const remedy = remedyOf(refusal.code)
  return page({
    title: 'You can’t be signed in',
    status: refusalStatus(refusal),
    content: html`<p class="error">${reason}</p>
<p><strong>What to do:</strong> ${remedy}</p>
${way ?? ''}
<dl>
<dt>Error</dt><dd><code>${body.error}</code></dd>
<dt>Request</dt><dd><code>${body.trace_id}</code></dd>
<dt>Correlation</dt><dd><code>${body.correlation_id}</code></dd>
<dt>Time</dt><dd>${body.timestamp}</dd>
</dl>
<p>The app’s request and every response are on <a href="/">the emulator’s own page</a>.</p>`,
  })
}

/** The reason alone, for a form that can be filled in again. */
export function reasonOf({ request, service }: RouteContext<{ now(): number }>, refusal: Refusal): string {
  const [reason = ''] = refusalBody(refusal, request, service.now()).error_description.split(' Trace ID: ')
  return reason
}
