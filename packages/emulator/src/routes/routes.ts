import type { Handler } from 'hono'
import { Hono } from 'hono/tiny'
import { githubToken } from '../oidc/github-actions.ts'
import { pipelinesToken } from '../oidc/pipelines.ts'
import { plainError } from '../plain-error.ts'
import type { ReceivedRequest } from '../received-request.ts'
import { Refusal, refusalResponse } from '../refusal.ts'
import type { Route, Service } from '../service.ts'
import { authorize, authorizeByPost } from './authorize.ts'
import { crossOriginHeaders, preflight } from './cross-origin.ts'
import { deviceAuthorization } from './device-authorization.ts'
import { deviceLogin, deviceLoginStep } from './device-login.ts'
import { instanceDiscovery } from './instance-discovery.ts'
import { instanceLocation } from './instance-metadata.ts'
import { keys, keysV1 } from './keys.ts'
import { addUser, live, liveRequests, liveScriptFile } from './live.ts'
import { logout, logoutStep } from './logout.ts'
import { issuerKeys, issuerMetadata } from './oidc-issuer.ts'
import { openidConfiguration, openidConfigurationAdfs, openidConfigurationV1 } from './openid-configuration.ts'
import { subscriptions, tenants } from './resource-manager.ts'
import { signInNowhere, signInStep } from './sign-in.ts'
import { token } from './token.ts'
import { userRealm } from './user-realm.ts'

/** What a request brings to its route beside its method and address. */
interface Env {
  Bindings: { received: ReceivedRequest }
}

/** Answers a request at its route; 404 where there is none, 405 where it takes another method. */
export function createRoutes(service: Service): (request: ReceivedRequest) => Promise<Response> {
  const app = new Hono<Env>({ getPath: routedPath })
  const at =
    (route: Route): Handler<Env> =>
    (context) =>
      route({ service, request: context.env.received, params: context.req.param() })

  // The first that fits is taken, so fixed paths stand before those with a tenant.
  for (const [path, route] of [
    ['/', live],
    ['/live/requests', liveRequests],
    ['/live/live.js', liveScriptFile],
    ['/metadata/instance/compute/location', instanceLocation],
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
    ['/:tenant/.well-known/openid-configuration', openidConfigurationV1],
    ['/:tenant/discovery/v2.0/keys', keys],
    ['/:tenant/discovery/keys', keysV1],
  ] as const) {
    app.get(path, at(route))
    app.all(path, () => plainError(405, 'method_not_allowed', 'This address takes GET only.'))
  }
  for (const path of ['/adfs/oauth2/authorize', '/:tenant/oauth2/v2.0/authorize', '/:tenant/oauth2/authorize']) {
    app.get(path, at(authorize))
    app.post(path, at(authorizeByPost))
  }
  for (const path of ['/adfs/oauth2/logout', '/:tenant/oauth2/v2.0/logout', '/:tenant/oauth2/logout']) {
    app.get(path, at(logout))
    app.post(path, at(logout))
  }
  app.post('/live/users', at(addUser))
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
  // Every method: the refusal of all but POST is one of Entra ID's own.
  for (const path of ['/adfs/oauth2/token', '/:tenant/oauth2/v2.0/token', '/:tenant/oauth2/token']) {
    app.all(path, at(token))
  }
  for (const path of ['/adfs/oauth2/devicecode', '/:tenant/oauth2/v2.0/devicecode', '/:tenant/oauth2/devicecode']) {
    app.all(path, at(deviceAuthorization))
  }
  app.notFound(() => plainError(404, 'not_found', 'The emulator has no such address.'))
  app.onError((error, context) => {
    if (error instanceof Refusal) return refusalResponse(error, context.env.received, service.now())
    throw error
  })

  return async (received) => {
    // Not HEAD: Hono would drop the body, whose length the listener still has to tell.
    const method = received.method === 'HEAD' ? 'GET' : received.method
    const response =
      preflight(received, service) ?? (await app.fetch(new Request(received.url, { method }), { received }))
    for (const [name, value] of Object.entries(crossOriginHeaders(received, service))) response.headers.set(name, value)
    return response
  }
}

/** Entra ID's paths know no upper and lower case, but answers repeat a tenant as it was written. */
function routedPath({ url }: Request): string {
  const { pathname } = new URL(url)
  const segments = (pathname.length > 1 ? pathname.replace(/\/$/, '') : pathname).split('/')
  const isTenant = (segment: string, place: number): boolean => place === 1 && segment.toLowerCase() !== 'adfs'
  return segments.map((segment, place) => (isTenant(segment, place) ? segment : segment.toLowerCase())).join('/')
}
