import type { App, Tenant } from '../directory/entries.ts'
import { isGuid } from '../directory/fields.ts'
import { Refusal } from '../refusal.ts'
import type { RouteContext } from '../service.ts'
import { checkCertificateAssertion } from './certificate-assertion.ts'
import { checkFederatedAssertion } from './federated-assertion.ts'
import { readJwt, textField } from './jwt.ts'

const TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/**
 * Returns if the assertion (RFC 7523) is one of the app: signed by a registered certificate's key, when the app itself
 * is its issuer, or by a federated issuer. Throws a `Refusal` that says what is wrong with it.
 */
export async function checkClientAssertion(
  context: RouteContext,
  tenant: Tenant,
  app: App,
  assertion: string,
): Promise<void> {
  const { client_assertion_type: type } = context.request.form
  if (!type) throw new Refusal(900144, { details: { parameter: 'client_assertion_type' } })
  if (type !== TYPE) throw new Refusal(9002313)
  const jwt = readJwt(assertion)
  if (jwt === undefined) throw new Refusal(50027)
  for (const name of ['iss', 'sub'] as const) {
    if (textField(jwt.claims, name) === undefined) throw new Refusal(90014, { details: { parameter: name } })
  }
  if (jwt.claims.aud === undefined) throw new Refusal(90014, { details: { parameter: 'aud' } })
  // An app names itself by its id, anyone else by an address.
  if (isGuid(String(jwt.claims.iss))) checkCertificateAssertion(context, tenant, app, jwt)
  else await checkFederatedAssertion(context, app, jwt)
}
