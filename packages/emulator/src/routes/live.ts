import { html } from 'hono/html'
import type { Route } from '../http/received-request.ts'
import { readSelection } from '../live/selection.ts'
import { liveScript } from '../pages/live-script.ts'
import { liveState } from '../pages/live-state.ts'
import { requestList } from '../pages/request-list.ts'
import { type LiveService, onLoopback, selectedRequests, showLiveView, stateOf } from './live-view.ts'

/** Whether a path only serves the page itself: neither the log nor the page shows such requests. */
export function isLivePath(path: string): boolean {
  return path.startsWith('/live/')
}

/** `GET /`: tenants, apps, users, and requests as they arrive. */
export const live: Route<LiveService> = onLoopback((context) => showLiveView(context))

/** `GET /live/requests?after=N`: newer requests, as the page's list, and the state. The rest of the query selects among them. */
export const liveRequests: Route<LiveService> = onLoopback(async ({ request, service }) => {
  const after = Number(request.query.after ?? 0)
  const requests = await selectedRequests(service, Number.isFinite(after) ? after : 0, readSelection(request.query))
  return new Response(String(await html`${requestList(requests)}${liveState(stateOf(service))}`), {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    },
  })
})

/** `GET /live/live.js`: the page's script. */
export const liveScriptFile: Route<LiveService> = onLoopback(
  () =>
    new Response(liveScript, {
      headers: {
        'content-type': 'text/javascript; charset=utf-8',
        'cache-control': 'no-store',
        'cross-origin-resource-policy': 'same-origin',
        'x-content-type-options': 'nosniff',
      },
    }),
)
