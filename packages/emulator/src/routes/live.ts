import { isLoopback } from '../host.ts'
import { liveScript } from '../live/live-script.ts'
import { requestItems } from '../live/request-list.ts'
import { type SeenExchange, seenExchange } from '../live/seen-exchange.ts'
import { livePage, type NewUser } from '../pages/live-page.ts'
import { refusalPage } from '../pages/refusal-page.ts'
import type { FormFault } from '../pages/sign-in-form.ts'
import { plainError } from '../plain-error.ts'
import { Refusal } from '../refusal.ts'
import type { Route, RouteContext } from '../service.ts'
import { openForm, sealForm } from '../sign-in/sealed-form.ts'
import { sessionCookie, sessionOf } from '../sign-in/session.ts'

const ADD_USER = 'add-user'

/** Paths of requests that only serve the page itself: neither the log nor the page tells of them. */
export function isLivePath(path: string): boolean {
  return path.startsWith('/live/')
}

/** `GET /`: tenants, apps and users, and the requests as they come. */
export const live: Route = atHome((context) => show(context, {}))

/** `GET /live/requests?after=N`: the requests since then, as items of the page's list. */
export const liveRequests: Route = atHome(async ({ request, service }) => {
  const after = Number(request.query.after ?? 0)
  const exchanges = await exchangesAfter({ service }, Number.isFinite(after) ? after : 0)
  return new Response(String(await requestItems(exchanges)), {
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
export const liveScriptFile: Route = atHome(
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

/** `POST /live/users`: adds a user, until the emulator stops. */
export const addUser: Route = atHome((context) => {
  const { request, service } = context
  try {
    openForm(context, sessionOf(context), ADD_USER)
  } catch (error) {
    if (error instanceof Refusal) return refusalPage(context, error)
    throw error
  }
  const { username, displayName, password, tenantId, secondFactor } = request.form
  try {
    const added = service.directory.addUser({
      ...{ username, password, tenantId },
      displayName: displayName || undefined,
      secondFactor: secondFactor || undefined,
    })
    const location = `/?added=${encodeURIComponent(added.objectId)}#users`
    return new Response(null, { status: 303, headers: { location } })
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    const plain = error.message.replace(/^Emulator directory: (user\.)?/, '')
    const typed = { username, displayName, tenantId, secondFactor: secondFactor !== undefined }
    return show(context, typed, { plain, reason: 'Nothing was added.' })
  }
})

/** Answers under loopback's names alone: what the page shows is for whoever sits at this machine. */
function atHome(route: Route): Route {
  return (context) =>
    isLoopback(context.request.hostname)
      ? route(context)
      : plainError(404, 'not_found', `The emulator’s own page is at https://${context.service.ownHosts()[0]}/.`)
}

async function show(context: RouteContext, typed: NewUser, fault?: FormFault): Promise<Response> {
  const { request, service } = context
  const session = sessionOf(context)
  const exchanges = await exchangesAfter(context, 0)
  const added = service.directory.user(request.query.added ?? '')
  return livePage({
    ...{ exchanges, typed, directory: service.directory, origin: request.origin },
    newest: exchanges.at(-1)?.number ?? 0,
    sealed: sealForm(context, session, ADD_USER, {}),
    cookie: sessionCookie(context, session),
    ...(fault ? { fault } : {}),
    ...(added ? { added } : {}),
  })
}

function exchangesAfter({ service }: Pick<RouteContext, 'service'>, number: number): Promise<SeenExchange[]> {
  return Promise.all(service.traffic.after(number).map((seen) => seenExchange(service, seen)))
}
