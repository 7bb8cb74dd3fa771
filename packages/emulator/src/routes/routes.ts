import type { Handler } from 'hono'
import { Hono } from 'hono/tiny'
import { graph } from '../graph/graph.ts'
import { userinfo } from '../graph/userinfo.ts'
import { plainError } from '../http/answer.ts'
import type { ReceivedRequest, Route } from '../http/received-request.ts'
import { githubToken } from '../oidc/github-actions.ts'
import { pipelinesToken } from '../oidc/pipelines.ts'
import { Refusal, refusalResponse } from '../refusal/refusal.ts'
import { authorize, authorizeByPost } from './authorize.ts'
import { cloudEndpoints } from './cloud-endpoints.ts'
import { crossOriginHeaders, preflight } from './cross-origin.ts'
import { deviceAuthorization } from './device-authorization.ts'
import { deviceLogin, deviceLoginStep } from './device-login.ts'
import { errorPage } from './error-page.ts'
import { livez, readyz } from './health.ts'
import { instanceDiscovery } from './instance-discovery.ts'
import { instanceLocation } from './instance-metadata.ts'
import { live, liveRequests, liveScriptFile } from './live.ts'
import { liveActionRoutes } from './live-actions.ts'
import { logout, logoutStep } from './logout.ts'
import {
  issuerKeys,
  issuerMetadata,
  keys,
  keysV1,
  openidConfiguration,
  openidConfigurationAdfs,
  openidConfigurationV1,
} from './metadata.ts'
import { subscriptions, tenants } from './resource-manager.ts'
import type { Service } from './service.ts'
import { signInNowhere, signInStep } from './sign-in.ts'
import { token } from './token.ts'
import { userRealm } from './user-realm.ts'

/** What a request passes to its route in addition to method and path. */
interface Env {
  Bindings: { received: ReceivedRequest }
}

/** Answers a request at its route; 404 if there is none, 405 if it takes another method. */
export function createRoutes(service: Service): (request: ReceivedRequest) => Promise<Response> {
  const app = new Hono<Env>({ getPath: routedPath })
  const at =
    (route: Route<Service>): Handler<Env> =>
    (context) =>
      route({ service, request: context.env.received, params: context.req.param() })

  // The first match wins, so fixed paths come before those with a tenant.
  for (const [path, route] of [
    ['/', live],
    ['/health', readyz],
    ['/readyz', readyz],
    ['/livez', livez],
    ['/live/requests', liveRequests],
    ['/live/live.js', liveScriptFile],
    ['/metadata/instance/compute/location', instanceLocation],
    ['/error', errorPage],
    ['/metadata/endpoints', cloudEndpoints],
    ['/tenants', tenants],
    ['/subscriptions', subscriptions],
    ['/oidc/:issuer/.well-known/openid-configuration', issuerMetadata],
    ['/oidc/:issuer/keys', issuerKeys],
    ['/oidc/github/idtoken/:job', githubToken],
    ['/:tenant/discovery/instance', instanceDiscovery],
    ['/:tenant/userrealm/:user', userRealm],
    ['/:tenant/userrealm', userRealm],
    ['/adfs/.well-known/openid-configuration', openidConfigurationAdfs],
    ['/adfs/discovery/keys', keysV1],
    ['/:tenant/v2.0/.well-known/openid-configuration', openidConfiguration],
    // RFC 8414, both at the path that it specifies and where clients append it to the issuer.
    ['/:tenant/v2.0/.well-known/oauth-authorization-server', openidConfiguration],
    ['/.well-known/oauth-authorization-server/:tenant/v2.0', openidConfiguration],
    ['/:tenant/.well-known/openid-configuration', openidConfigurationV1],
    ['/:tenant/discovery/v2.0/keys', keys],
    ['/:tenant/discovery/keys', keysV1],
  ] as const) {
    app.get(path, at(route))
    app.all(path, () => plainError(405, 'method_not_allowed', 'This endpoint accepts GET only.'))
  }
  for (const path of ['/adfs/oauth2/authorize', '/:tenant/oauth2/v2.0/authorize', '/:tenant/oauth2/authorize']) {
    app.get(path, at(authorize))
    app.post(path, at(authorizeByPost))
  }
  for (const path of ['/adfs/oauth2/logout', '/:tenant/oauth2/v2.0/logout', '/:tenant/oauth2/logout']) {
    app.get(path, at(logout))
    app.post(path, at(logout))
  }
  app.all('/v1.0/*', at(graph))
  for (const path of ['/oidc/userinfo', '/adfs/userinfo', '/:tenant/openid/userinfo']) {
    app.get(path, at(userinfo))
    app.post(path, at(userinfo))
  }
  for (const [path, route] of liveActionRoutes) app.post(path, at(route))
  app.post('/common/signout', at(logoutStep))
  app.get('/common/login', at(signInNowhere))
  app.post('/common/login', at(signInStep))
  for (const path of ['/devicelogin', '/common/oauth2/deviceauth']) {
    app.get(path, at(deviceLogin))
    app.post(path, at(deviceLoginStep))
  }
  app.post(
    '/:organization/:project/_apis/distributedtask/hubs/build/plans/:plan/jobs/:job/oidctoken',
    at(pipelinesToken),
  )
  // Every method, because Entra ID has a code of its own for anything but POST.
  for (const path of ['/adfs/oauth2/token', '/:tenant/oauth2/v2.0/token', '/:tenant/oauth2/token']) {
    app.all(path, at(token))
  }
  for (const path of ['/adfs/oauth2/devicecode', '/:tenant/oauth2/v2.0/devicecode', '/:tenant/oauth2/devicecode']) {
    app.all(path, at(deviceAuthorization))
  }
  app.notFound(() => plainError(404, 'not_found', 'The emulator has no such endpoint.'))
  app.onError((error, context) => {
    if (error instanceof Refusal) return refusalResponse(error, context.env.received, service.now())
    throw error
  })

  return async (received) => {
    // Not HEAD: Hono would drop the body, whose length the listener still has to send.
    const method = received.method === 'HEAD' ? 'GET' : received.method
    // All that Hono reads of a request: making a whole one takes a seventh of a token's time.
    const routed = { url: received.url, method } as Request
    const response = preflight(received, service) ?? (await app.fetch(routed, { received }))
    for (const [name, value] of Object.entries(crossOriginHeaders(received, service))) response.headers.set(name, value)
    return response
  }
}

/** Entra ID's paths are case-insensitive, but responses repeat a tenant as it was sent. */
function routedPath({ url }: Request): string {
  const { pathname } = new URL(url)
  const segments = (pathname.length > 1 ? pathname.replace(/\/$/, '') : pathname).split('/')
  const isTenant = (segment: string, place: number): boolean => place === 1 && segment.toLowerCase() !== 'adfs'
  return segments.map((segment, place) => (isTenant(segment, place) ? segment : segment.toLowerCase())).join('/')
}
