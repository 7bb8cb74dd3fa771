import type { RouteContext } from '../http/received-request.ts'
import { Refusal } from '../refusal/refusal.ts'
import type { Session, SignInState } from './session.ts'

/** The parts of the emulator that are needed for sealing a form. */
export interface FormService {
  signIn: Pick<SignInState, 'forms'>
  /** Milliseconds since the epoch. */
  now(): number
}

interface Sealed {
  purpose: string
  content: unknown
  sessionId: string
  at: number
}

const formLifetimeMs = 60 * 60_000

/** The value of a form's hidden field: what the form continues, for this browser only. */
export function sealForm(
  { service }: RouteContext<FormService>,
  session: Session,
  purpose: string,
  content: unknown,
): string {
  return service.signIn.forms.seal({ purpose, content, sessionId: session.id, at: service.now() } satisfies Sealed)
}

/**
 * What a submitted form continues. Throws a `Refusal` for a form that another site sent (`Origin`, `Sec-Fetch-Site`),
 * or that was shown to another browser, for another purpose, or more than an hour ago.
 */
export function openForm(context: RouteContext<FormService>, session: Session, purpose: string): unknown {
  const { request, service } = context
  const { origin, 'sec-fetch-site': site } = request.headers
  if (origin !== undefined && origin !== request.origin) throw new Refusal(165000)
  if (site !== undefined && site !== 'same-origin') throw new Refusal(165000)
  const sealed = service.signIn.forms.open(request.form.form ?? '') as Sealed | undefined
  if (sealed?.purpose !== purpose || sealed.sessionId !== session.id) throw new Refusal(165000)
  if (service.now() - sealed.at >= formLifetimeMs) throw new Refusal(50089)
  return sealed.content
}
