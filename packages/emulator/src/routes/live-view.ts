import type { Directory } from '../directory/directory.ts'
import { plainError } from '../http/answer.ts'
import { isLoopback } from '../http/host-names.ts'
import type { Route, RouteContext } from '../http/received-request.ts'
import type { Controls } from '../live/controls.ts'
import { type ExchangeService, seenExchange } from '../live/seen-exchange.ts'
import { isSelected, readSelection, type Selection } from '../live/selection.ts'
import type { Traffic } from '../live/traffic.ts'
import type { NewUser, ShownVariables } from '../pages/live-actions.ts'
import type { LiveFormFault } from '../pages/live-form.ts'
import { livePage, type Told } from '../pages/live-page.ts'
import type { LiveState } from '../pages/live-state.ts'
import type { LiveRequests } from '../pages/request-list.ts'
import { type FormService, sealForm } from '../sign-in/sealed-form.ts'
import { type Session, type SessionService, type SignInState, sessionCookie, sessionOf } from '../sign-in/session.ts'
import type { DeviceCodes } from '../token/device-code.ts'
import { variablesLabels } from './live-variables.ts'

/** What the emulator's own page uses of it. */
export type LiveService = SessionService &
  FormService &
  ExchangeService & {
    directory: Directory
    traffic: Traffic
    controls: Controls
    deviceCodes: Pick<DeviceCodes, 'pending' | 'waiting'>
    signIn: SignInState
    listeningHosts(): readonly string[]
  }

/** What the page shows besides what the emulator knows. */
export interface Shown {
  session?: Session
  typed?: NewUser
  fault?: LiveFormFault
  variables?: ShownVariables
  told?: Told
}

/** Answers on loopback names only: the page is for whoever sits at this machine. */
export function onLoopback(route: Route<LiveService>): Route<LiveService> {
  return (context) =>
    isLoopback(context.request.hostname)
      ? route(context)
      : plainError(404, 'not_found', `The emulator’s own page is at https://${context.service.listeningHosts()[0]}/.`)
}

/** The page, with the requests that its own address selects. */
export async function showLiveView(context: RouteContext<LiveService>, shown: Shown = {}): Promise<Response> {
  const { request, service } = context
  const { session = sessionOf(context), typed = {}, fault, variables, told = toldOf(context) } = shown
  const selection = readSelection(request.query)
  const state = stateOf(service)
  return livePage({
    ...{ selection, state, typed, variables, directory: service.directory, origin: request.origin },
    requests: await selectedRequests(service, 0, selection),
    formats: variablesLabels,
    waitingCode: state.waiting[0]?.userCode,
    seal: (action) => sealForm(context, session, action, {}),
    cookie: sessionCookie(context, session),
    ...(variables ? { open: '/live/variables' } : {}),
    ...(fault ? { fault } : {}),
    ...(told ? { told } : {}),
  })
}

/** The selected requests after a number. */
export async function selectedRequests(
  service: LiveService,
  after: number,
  selection: Selection,
): Promise<LiveRequests> {
  const all = service.traffic.after(0)
  const newer = all.filter(({ number }) => number > after)
  const exchanges = await Promise.all(newer.map((seen) => seenExchange(service, seen)))
  return {
    exchanges: exchanges.filter((each) => isSelected(each, selection)),
    newest: all.at(-1)?.number ?? after,
    total: all.length,
  }
}

/** What changes while the page is open. */
export function stateOf({ controls, deviceCodes, directory, now }: LiveService): LiveState {
  const waiting = deviceCodes.waiting(now()).slice(0, 5)
  return {
    now: now(),
    moved: controls.clock.moved(),
    faults: controls.faults.pending,
    waiting: waiting.map(({ userCode, clientId }) => ({ userCode, app: directory.app(clientId)?.name ?? clientId })),
  }
}

const toldPurpose = 'told'

/** Sends the browser back to the page, which then says what was done. The words are sealed, so no link can put others there. */
export function tell(context: RouteContext<LiveService>, told: Told, session?: Session): Response {
  const sealed = context.service.signIn.forms.seal({ purpose: toldPurpose, told })
  const headers = new Headers({ location: `/?told=${encodeURIComponent(sealed)}` })
  if (session) headers.set('set-cookie', sessionCookie(context, session))
  return new Response(null, { status: 303, headers })
}

function toldOf({ request, service }: RouteContext<LiveService>): Told | undefined {
  const opened = service.signIn.forms.open(request.query.told ?? '') as { purpose: string; told: Told } | undefined
  return opened?.purpose === toldPurpose ? opened.told : undefined
}
