import { plainError } from '../http/answer.ts'
import type { RouteContext } from '../http/received-request.ts'

/**
 * `GET /metadata/instance/compute/location`: the region of the machine
 * (https://learn.microsoft.com/azure/virtual-machines/instance-metadata-service). Only over http, as on an Azure
 * machine.
 */
export function instanceLocation({ request, service }: RouteContext<{ region: string | undefined }>): Response {
  if (service.region === undefined || !request.origin.startsWith('http:')) {
    return plainError(404, 'not_found', 'There is no instance metadata. Set the region option, and use http.')
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
