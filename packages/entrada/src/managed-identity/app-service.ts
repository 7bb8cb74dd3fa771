import type { HttpAnswer } from '../http/exchange.ts'
import { readEndpoint, readSecret, withQuery } from './endpoint.ts'
import type { Ask, MakeEndpoint } from './identity-endpoint.ts'

const usualVersion = '2019-08-01'
/** The first version that supports revocation. */
const revocationVersion = '2025-03-30'

const idParameters = { clientId: 'client_id', objectId: 'object_id', resourceId: 'mi_res_id' } as const

/** App Service, Azure Functions and Container Apps. */
export const appService: MakeEndpoint<{ endpoint: string; header: string }> = (variables, id, who) => {
  const endpoint = readEndpoint(variables.endpoint, 'IDENTITY_ENDPOINT', who)
  const header = readSecret(variables.header, 'IDENTITY_HEADER', who)
  const request = (version: string, { resource, send }: Ask, revocation: Record<string, string | undefined> = {}) =>
    send({
      method: 'GET',
      url: withQuery(endpoint, {
        'api-version': version,
        resource,
        ...(id && { [idParameters[id.kind]]: id.value }),
        ...revocation,
      }),
      headers: { 'X-IDENTITY-HEADER': header },
    })
  return {
    label: 'App Service',
    secrets: [header],
    async ask(ask) {
      if (ask.revocation === undefined) return request(usualVersion, ask)
      const { sha256: token_sha256_to_refresh } = ask.revocation
      const answer = await request(revocationVersion, ask, { xms_cc: 'cp1', token_sha256_to_refresh })
      return isVersionError(answer) ? request(usualVersion, ask) : answer
    },
  }
}

/** An older platform refuses the newer version; a token from its own cache is then the best it can do. */
function isVersionError({ status, text }: HttpAnswer): boolean {
  return (status === 400 || status === 404) && /api[- ]?version/i.test(text)
}
