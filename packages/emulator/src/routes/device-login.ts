import type { RouteContext } from '../http/received-request.ts'
import { deviceCodePage } from '../pages/device-page.ts'
import { reasonOf, refusalPage } from '../pages/refusal-page.ts'
import type { FormFault } from '../pages/sign-in-form.ts'
import { Refusal } from '../refusal/refusal.ts'
import { openForm, sealForm } from '../sign-in/sealed-form.ts'
import { type Session, sessionCookie, sessionOf } from '../sign-in/session.ts'
import { continueSignIn, type SignInService } from '../sign-in/sign-in.ts'

const deviceLoginPurpose = 'device'

/** `GET /devicelogin`: where a person enters the code that a device shows. A code in the URL (`otc`) is filled in. */
export function deviceLogin(context: RouteContext<SignInService>): Promise<Response> {
  return askCode(context, sessionOf(context), context.request.query.otc ?? '')
}

/** `POST /devicelogin`: continues with a sign-in to the app that is waiting for the code. */
export async function deviceLoginStep(context: RouteContext<SignInService>): Promise<Response> {
  const { request, service } = context
  const session = sessionOf(context)
  try {
    openForm(context, session, deviceLoginPurpose)
    const userCode = request.form.code ?? ''
    const pending = service.deviceCodes.pending(userCode, service.now())
    if (pending === undefined) {
      const plain = 'That code did not work. Check it, or get a new one on your device.'
      return await askCode(context, session, userCode, { plain, reason: reasonOf(context, new Refusal(70018)) })
    }
    const { clientId, scope, tenantId } = pending
    const asked = { clientId, scope, secondFactor: false, ...(tenantId === undefined ? {} : { tenantId }) }
    const purpose = { kind: 'device', request: asked, userCode: pending.userCode } as const
    return await continueSignIn({ context, session, signIn: { purpose } })
  } catch (error) {
    if (error instanceof Refusal) return refusalPage(context, error)
    throw error
  }
}

function askCode(
  context: RouteContext<SignInService>,
  session: Session,
  userCode: string,
  fault?: FormFault,
): Promise<Response> {
  const sealed = sealForm(context, session, deviceLoginPurpose, {})
  const cookie = sessionCookie(context, session)
  return deviceCodePage({ sealed, userCode, cookie, ...(fault ? { fault } : {}) })
}
