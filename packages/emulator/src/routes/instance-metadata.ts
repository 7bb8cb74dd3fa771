import { plainError } from '../plain-error.ts'
import type { RouteContext } from '../service.ts'

/**
 * `GET /metadata/instance/compute/location`: the region of the machine
 * (https://learn.microsoft.com/azure/virtual-machines/instance-metadata-service). By http only, as on a machine of Azure.
 */
export function instanceLocation({ request, service }: RouteContext): Response {
  if (service.region === undefined || !request.origin.startsWith('http:')) {
    return plainError(404, 'not_found', 'There is no instance metadata. Set the option region, and ask by http.')
  }
  if (request.headers.metadata?.toLowerCase() !== 'true') {
    return plainError(400, 'Bad request', 'Required metadata header not specified')
  }
  if (request.query['api-version'] === undefined) {
    return plainError(400, 'Bad request', 'api-version was not specified in the request')
  }
  const isText = request.query.format === 'text'
  const type = isText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8'
  const body = isText ? service.region : JSON.stringify(service.region)
  return new Response(body, { headers: { 'content-type': type } })
}
