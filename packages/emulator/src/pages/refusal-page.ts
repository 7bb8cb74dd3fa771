import { html } from 'hono/html'
import { mendOf } from '../live/mends.ts'
import { type Refusal, refusalBody, refusalStatus } from '../refusal.ts'
import type { RouteContext } from '../service.ts'
import { type Html, page } from './page.ts'

/** The page that says why there is no sign-in, for what must not or cannot be told to an app. */
export function refusalPage({ request, service }: RouteContext, refusal: Refusal, way?: Html): Promise<Response> {
  const body = refusalBody(refusal, request, service.now())
  const [reason = ''] = body.error_description.split(' Trace ID: ')
  const mend = mendOf(refusal.code)
  return page({
    title: 'You can’t be signed in',
    status: refusalStatus(refusal),
    content: html`<p class="error">${reason}</p>
${mend === undefined ? '' : html`<p><strong>To mend it:</strong> ${mend}</p>`}
${way ?? ''}
<dl>
<dt>Error</dt><dd><code>${body.error}</code></dd>
<dt>Request</dt><dd><code>${body.trace_id}</code></dd>
<dt>Correlation</dt><dd><code>${body.correlation_id}</code></dd>
<dt>Time</dt><dd>${body.timestamp}</dd>
</dl>
<p>What the app asked, and every answer, is on <a href="/">the emulator’s own page</a>.</p>`,
  })
}

/** The reason alone, for a form that can be filled in again. */
export function reasonOf({ request, service }: RouteContext, refusal: Refusal): string {
  const [reason = ''] = refusalBody(refusal, request, service.now()).error_description.split(' Trace ID: ')
  return reason
}
