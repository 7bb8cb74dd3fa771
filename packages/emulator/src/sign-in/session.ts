import { randomUUID } from 'node:crypto'
import type { User } from '../directory/entries.ts'
import type { ReceivedRequest } from '../received-request.ts'
import type { RouteContext } from '../service.ts'

/** Someone who signed in, and how. */
export interface SignedIn {
  objectId: string
  /** How the user signed in (RFC 8176), such as `pwd` and `mfa`. */
  amr: readonly string[]
  /** Milliseconds since the epoch. */
  at: number
}

/** What the emulator knows of a browser. */
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

const LIFE_MS = 24 * 60 * 60_000

/** The session of a request's browser, or a new one without accounts. Sign-ins of yesterday and unknown users are gone. */
export function sessionOf({ request, service }: RouteContext): Session {
  const text = cookies(request).get(cookieName(request)) ?? ''
  const session = service.signIn.sessions.open(text) as Session | undefined
  if (session === undefined) return { id: randomUUID(), accounts: [] }
  const now = service.now()
  const lives = ({ at, objectId }: SignedIn): boolean => now - at < LIFE_MS && !!service.directory.user(objectId)
  return { ...session, accounts: session.accounts.filter(lives) }
}

/** The accounts of a session with their users. */
export function accountsOf({ service }: RouteContext, session: Session): Account[] {
  return session.accounts.flatMap((signedIn) => {
    const user = service.directory.user(signedIn.objectId)
    return user ? [{ signedIn, user }] : []
  })
}

/** The session with this sign-in in it, in place of an earlier one of the same user. */
export function withAccount(session: Session, signedIn: SignedIn): Session {
  const others = session.accounts.filter(({ objectId }) => objectId !== signedIn.objectId)
  return { ...session, accounts: [...others, signedIn] }
}

/**
 * The header that makes a browser keep its session. `Lax`: it comes along when an app sends the browser here, and not
 * with another site's forms.
 */
export function sessionCookie({ request, service }: RouteContext, session: Session): string {
  const secure = request.origin.startsWith('https:') ? '; Secure' : ''
  return `${cookieName(request)}=${service.signIn.sessions.seal(session)}; Path=/; HttpOnly; SameSite=Lax${secure}`
}

/** Named after the port, because browsers tell hosts apart and not ports. */
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
