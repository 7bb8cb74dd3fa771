import { randomUUID } from 'node:crypto'
import type { Directory } from '../directory/directory.ts'
import type { User } from '../directory/entries.ts'
import type { ReceivedRequest, RouteContext } from '../http/received-request.ts'
import type { Kept } from '../primitives/kept.ts'
import { createSealer, type Sealer } from '../primitives/secrets.ts'

/** The parts of the emulator that are needed for reading and writing a session. */
export interface SessionService {
  signIn: Pick<SignInState, 'sessions'>
  directory: Pick<Directory, 'user'>
  /** Milliseconds since the epoch. */
  now(): number
}

/** Someone who signed in, and how. */
export interface SignedIn {
  objectId: string
  /** How the user signed in (RFC 8176), such as `pwd` and `mfa`. */
  amr: readonly string[]
  /** Milliseconds since the epoch. */
  at: number
}

/** What the emulator knows about a browser. */
export interface Session {
  /** GUID; also the `session_state` of answers. */
  id: string
  accounts: readonly SignedIn[]
}

/** A signed-in account with its user. */
export interface Account {
  signedIn: SignedIn
  user: User
}

const sessionLifetimeMs = 24 * 60 * 60_000

/**
 * The session of a request's browser, or a new one without accounts. Expired sign-ins and unknown users are left out.
 */
export function sessionOf({ request, service }: RouteContext<SessionService>): Session {
  const text = cookies(request).get(cookieName(request)) ?? ''
  const session = service.signIn.sessions.open(text) as Session | undefined
  if (session === undefined) return { id: randomUUID(), accounts: [] }
  const now = service.now()
  const lives = ({ at, objectId }: SignedIn): boolean =>
    now - at < sessionLifetimeMs && !!service.directory.user(objectId)
  return { ...session, accounts: session.accounts.filter(lives) }
}

/** The accounts of a session with their users. */
export function accountsOf({ service }: RouteContext<SessionService>, session: Session): Account[] {
  return session.accounts.flatMap((signedIn) => {
    const user = service.directory.user(signedIn.objectId)
    return user ? [{ signedIn, user }] : []
  })
}

/** The session with this sign-in, which replaces an earlier one by the same user. */
export function withAccount(session: Session, signedIn: SignedIn): Session {
  const others = session.accounts.filter(({ objectId }) => objectId !== signedIn.objectId)
  return { ...session, accounts: [...others, signedIn] }
}

/**
 * The header that makes a browser keep its session. `Lax`: the cookie is sent when an app redirects the browser here,
 * but not with another site's forms.
 */
export function sessionCookie({ request, service }: RouteContext<SessionService>, session: Session): string {
  const secure = request.origin.startsWith('https:') ? '; Secure' : ''
  return `${cookieName(request)}=${service.signIn.sessions.seal(session)}; Path=/; HttpOnly; SameSite=Lax${secure}`
}

/** Named after the port, because cookies of one host are shared by all its ports. */
function cookieName({ host }: ReceivedRequest): string {
  return `entrada-emulator-${/:(\d+)$/.exec(host)?.[1] ?? 'session'}`
}

function cookies({ headers }: ReceivedRequest): ReadonlyMap<string, string> {
  const pairs = (headers.cookie ?? '').split(/; */).map((pair) => {
    const equals = pair.indexOf('=')
    return [pair.slice(0, equals), pair.slice(equals + 1)] as const
  })
  return new Map(pairs)
}

/**
 * Seals what browsers carry for the sign-in pages, so that nothing has to be stored here: the session in a cookie, and
 * what a form continues in a hidden field. Neither can be used as the other.
 */
export interface SignInState {
  sessions: Sealer
  forms: Sealer
}

export function createSignInState(kept: Kept): SignInState {
  return { sessions: createSealer('S1.', kept), forms: createSealer('F1.', kept) }
}
