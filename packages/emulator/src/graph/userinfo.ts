import type { RouteContext } from '../http/received-request.ts'
import { textField } from '../primitives/jwt.ts'
import { pairwiseSubject } from '../token/claims.ts'
import { type CallerService, callerOf } from './caller.ts'
import { errorResponse, GraphError, graphResponse } from './graph-answer.ts'

/**
 * The UserInfo endpoint (https://learn.microsoft.com/entra/identity-platform/userinfo), by GET and POST: returns what
 * the same app's ID token says about the user, for a Microsoft Graph token with the scope `openid`.
 */
export async function userinfo(context: RouteContext<CallerService>): Promise<Response> {
  const { request, service } = context
  try {
    const { user, clientId, permissions } = await callerOf(request, service)
    if (user === undefined || !permissions.includes('openid')) {
      throw new GraphError(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.')
    }
    const { declared, claims } = user
    const isAllowed = (scope: string): boolean => permissions.includes(scope)
    const profile = {
      ...(declared?.surname === undefined ? {} : { family_name: declared.surname }),
      ...(declared?.givenName === undefined ? {} : { given_name: declared.givenName }),
      name: textField(claims, 'name'),
      picture: `${request.origin}/v1.0/me/photo/$value`,
    }
    const mail = declared?.mail
    return graphResponse(
      {
        sub: pairwiseSubject(user.objectId, clientId),
        ...(isAllowed('profile') ? profile : {}),
        ...(isAllowed('email') && mail !== undefined ? { email: mail } : {}),
      },
      request,
    )
  } catch (error) {
    if (error instanceof GraphError) return errorResponse(error, request, service.now())
    throw error
  }
}
