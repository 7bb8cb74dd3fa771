import type { RedirectUri } from '../directory/redirect-uris.ts'
import type { Route, RouteContext } from '../http/received-request.ts'
import { liveFaults } from '../live/controls.ts'
import { durationInWords } from '../live/time-words.ts'
import type { Told } from '../pages/live-page.ts'
import { refusalPage } from '../pages/refusal-page.ts'
import { Refusal } from '../refusal/refusal.ts'
import { openForm } from '../sign-in/sealed-form.ts'
import { type Session, sessionOf, withAccount } from '../sign-in/session.ts'
import { variablesFormat, writtenVariables } from './live-variables.ts'
import { type LiveService, onLoopback, type Shown, showLiveView, tell } from './live-view.ts'

/** What came of an action: words for the next page, with a changed session if there is one; or what this page shows. */
type Done = (Told & { session?: Session }) | { shown: Shown }

type Act = (context: RouteContext<LiveService>, session: Session) => Done

/** What is wrong with what was entered. */
class Mistake extends Error {}

/** The actions of the live view, by path. Each takes only the form that the page made for it, in the same browser. */
export const liveActionRoutes: readonly (readonly [path: string, route: Route<LiveService>])[] = (
  [
    ['/live/clear', clear],
    ['/live/variables', showVariables],
    ['/live/sign-ins', signIn],
    ['/live/device-codes', decideDeviceCode],
    ['/live/faults', startFaults],
    ['/live/clock', moveClock],
    ['/live/revocations', revoke],
    ['/live/users', addUser],
  ] as const
).map(([path, act]) => [path, liveAction(path, act)])

function liveAction(path: string, act: Act): Route<LiveService> {
  return onLoopback((context) => {
    const session = sessionOf(context)
    try {
      openForm(context, session, path)
    } catch (error) {
      if (error instanceof Refusal) return refusalPage(context, error)
      throw error
    }
    try {
      const done = act(context, session)
      if ('shown' in done) return showLiveView(context, { session, ...done.shown })
      const { session: changed, ...told } = done
      return tell(context, told, changed)
    } catch (error) {
      if (!(error instanceof Mistake)) throw error
      const fault = { action: path, plain: error.message, reason: 'Nothing was changed.' }
      return showLiveView(context, { session, fault, ...(path === '/live/users' ? { typed: typedUser(context) } : {}) })
    }
  })
}

function clear({ service }: RouteContext<LiveService>): Done {
  service.traffic.clear()
  return { text: 'The list of requests was cleared.' }
}

function showVariables({ request, service }: RouteContext<LiveService>): Done {
  const app = service.directory.apps.find(({ clientId }) => clientId === request.form.app)
  if (app === undefined) throw new Mistake('Choose an app.')
  const format = variablesFormat(request.form.format)
  const withSecret = request.form.secret === 'shown'
  const text = writtenVariables(format, service.controls.variables(app.clientId), withSecret)
  return { shown: { variables: { clientId: app.clientId, format, text, withSecret } } }
}

function signIn({ request, service }: RouteContext<LiveService>, session: Session): Done {
  const user = chosenUser({ request, service })
  const app = service.directory.apps.find(({ clientId }) => clientId === request.form.app)
  if (app === undefined) throw new Mistake('Choose an app.')
  const amr = user.secondFactor ? ['pwd', 'mfa'] : ['pwd']
  const home = homeOf(app.redirectUris)
  return {
    text: `This browser is signed in as ${user.displayName}. ${app.name} asks for no password at its next sign-in.`,
    ...(home === undefined ? {} : { link: { address: home, text: `Open ${app.name}` } }),
    session: withAccount(session, { objectId: user.objectId, amr, at: service.now() }),
  }
}

/** Where an app is at home: the site of its first redirect URI that is on the web. */
function homeOf(uris: readonly RedirectUri[]): string | undefined {
  const web = uris.find(({ uri, platform }) => platform !== 'publicClient' && /^https?:/.test(uri))
  return web && `${new URL(web.uri).origin}/`
}

function decideDeviceCode({ request, service }: RouteContext<LiveService>): Done {
  const { code = '', action } = request.form
  const pending = service.deviceCodes.pending(code, service.now())
  if (pending === undefined) throw new Mistake('No device is waiting with this code. It may have expired.')
  const app = service.directory.app(pending.clientId)?.name ?? pending.clientId
  if (action === 'decline') {
    pending.decline()
    return { text: `${app} was declined: its next poll learns so.` }
  }
  const user = chosenUser({ request, service })
  pending.approve(user, user.secondFactor ? ['pwd', 'mfa'] : ['pwd'])
  return { text: `${app} is signed in as ${user.displayName}: its next poll gets the tokens.` }
}

function startFaults({ request, service }: RouteContext<LiveService>): Done {
  const { kind = '', times, action } = request.form
  const { faults } = service.controls
  if (action === 'end') {
    faults.clear()
    return { text: 'No fault is waiting any more.' }
  }
  const chosen = Object.hasOwn(liveFaults, kind) ? liveFaults[kind] : undefined
  const count = wholeNumber(times, 100)
  if (chosen === undefined) throw new Mistake('Choose a fault.')
  faults.next(...Array.from({ length: count }, () => chosen.fault))
  return { text: `The next ${count === 1 ? 'token request is' : `${count} token requests are`}: ${chosen.label}.` }
}

const unitMs: Readonly<Record<string, number>> = { minutes: 60_000, hours: 3_600_000, days: 86_400_000 }

function moveClock({ request, service }: RouteContext<LiveService>): Done {
  const { amount, unit = '', action } = request.form
  const { clock } = service.controls
  if (action === 'reset') {
    clock.reset()
    return { text: 'The emulator’s clock shows the real time.' }
  }
  const length = Object.hasOwn(unitMs, unit) ? unitMs[unit] : undefined
  if (length === undefined) throw new Mistake('Choose minutes, hours or days.')
  const ms = wholeNumber(amount, 1000) * length
  clock.advance(action === 'back' ? -ms : ms)
  return { text: `The emulator’s clock was moved ${action === 'back' ? 'back' : 'forward'} by ${durationInWords(ms)}.` }
}

function revoke({ request, service }: RouteContext<LiveService>): Done {
  const user = request.form.user ? chosenUser({ request, service }) : undefined
  service.controls.revoke(user?.objectId)
  return {
    text: `The sessions of ${user?.displayName ?? 'everyone'} were revoked: refresh tokens issued so far are refused.`,
  }
}

function addUser(context: RouteContext<LiveService>): Done {
  const { username, displayName, password, tenantId, secondFactor } = context.request.form
  try {
    const added = context.service.directory.addUser({
      ...{ username, password, tenantId },
      displayName: displayName || undefined,
      secondFactor: secondFactor || undefined,
    })
    return { text: `${added.displayName} can sign in now, as ${added.username}.` }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new Mistake(error.message.replace(/^Emulator directory: (user\.)?/, ''))
  }
}

function typedUser({ request }: RouteContext<LiveService>): NonNullable<Shown['typed']> {
  const { username, displayName, tenantId, secondFactor } = request.form
  return { username, displayName, tenantId, secondFactor: secondFactor !== undefined }
}

function chosenUser({ request, service }: Pick<RouteContext<LiveService>, 'request' | 'service'>) {
  const user = service.directory.users.find(({ objectId }) => objectId === request.form.user)
  if (user === undefined) throw new Mistake('Choose a user.')
  return user
}

function wholeNumber(text = '', max: number): number {
  const value = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (value >= 1 && value <= max) return value
  throw new Mistake(`Enter a whole number from 1 to ${max}.`)
}
