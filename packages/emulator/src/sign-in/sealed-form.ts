import { Refusal } from '../refusal.ts'
import type { RouteContext } from '../service.ts'
import type { Session } from './session.ts'

interface Sealed {
  purpose: string
  content: unknown
  sessionId: string
  at: number
}

const LIFE_MS = 60 * 60_000

/** The value of a form's hidden field: what the form continues, for this browser alone. */
export function sealForm({ service }: RouteContext, session: Session, purpose: string, content: unknown): string {
  return service.signIn.forms.seal({ purpose, content, sessionId: session.id, at: service.now() } satisfies Sealed)
}

/**
 * What a form that was sent continues. Throws a `Refusal` for one that another site sent (`Origin`,
 * `Sec-Fetch-Site`), that was shown to another browser, for another purpose, or more than an hour ago.
 */
export function openForm(context: RouteContext, session: Session, purpose: string): unknown {
  const { request, service } = context
  const { origin, 'sec-fetch-site': site } = request.headers
  if (origin !== undefined && origin !== request.origin) throw new Refusal(165000)
  if (site !== undefined && site !== 'same-origin') throw new Refusal(165000)
  const sealed = service.signIn.forms.open(request.form.form ?? '') as Sealed | undefined
  if (sealed?.purpose !== purpose || sealed.sessionId !== session.id) throw new Refusal(165000)
  if (service.now() - sealed.at >= LIFE_MS) throw new Refusal(50089)
  return sealed.content
}
