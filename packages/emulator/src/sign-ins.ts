import type { Directory } from './directory/directory.ts'
import type { App, Tenant } from './directory/entries.ts'
import { isGuid } from './directory/fields.ts'
import { registeredRedirect } from './directory/redirect-uris.ts'
import type { Service } from './service.ts'
import { sentTo } from './token/redirect-platform.ts'
import { userTokenClaims } from './token/user-claims.ts'
import type { Person } from './token/user-grant.ts'

/** A declared user, by name or object id, or anyone else. */
export type AnyUser = string | { objectId: string; username: string; displayName?: string; tenantId?: string }

export interface UserTokenOptions {
  user: AnyUser
  /** The app that the token is for, by name or client id. */
  app: string
  /** Names of its delegated permissions. Default `access_as_user`. */
  scope?: string
  /** How the user signed in. Default `['pwd']`; a second factor is `'mfa'`. */
  amr?: readonly string[]
  /** Default 3599. */
  lifetimeSeconds?: number
}

export interface AuthorizationCodeOptions {
  user: AnyUser
  /** The app that the code is for, by name or client id. */
  app: string
  /** One of the app's `redirectUris`. */
  redirectUri: string
  /** As at the authorization endpoint, such as `openid offline_access https://graph.microsoft.com/User.Read`. */
  scope: string
  /** PKCE, method S256. */
  codeChallenge?: string
  nonce?: string
  /** How the user signed in. Default `['pwd']`. */
  amr?: readonly string[]
}

/** What users do at a keyboard, done for a test. */
export interface SignIns {
  /** A user's token for an app, to call it with: the assertion of an on-behalf-of request. */
  userToken(options: UserTokenOptions): Promise<string>
  /** The code that an app gets when a user has signed in to it. */
  authorizationCode(options: AuthorizationCodeOptions): string
  /** Ends the refresh tokens issued so far, a user's or everyone's: AADSTS50173. */
  revokeRefreshTokens(user?: AnyUser): void
}

/** The Azure CLI's, which stands for the program that users sign in to before they call an app. */
const FRONT_END = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'

export function createSignIns(service: Service): SignIns {
  const { directory } = service
  return {
    userToken: async ({ user, app: named, scope = 'access_as_user', amr = ['pwd'], lifetimeSeconds = 3599 }) => {
      const app = declaredApp(directory, named, 'userToken')
      const { person, tenant } = personOf(directory, user, app, 'userToken')
      const claims = userTokenClaims({
        ...{ tenant, person, amr, lifetimeSeconds, clientId: FRONT_END, proof: 'none', capabilities: [] },
        audience: `api://${app.clientId}`,
        scopes: scope.split(' '),
        issuer: service.issuer(tenant.id),
        now: service.now(),
      })
      return service.signer.sign(claims)
    },
    authorizationCode: ({ user, app: named, redirectUri, scope, amr = ['pwd'], codeChallenge, nonce }) => {
      const app = declaredApp(directory, named, 'authorizationCode')
      const { person } = personOf(directory, user, app, 'authorizationCode')
      const now = service.now()
      const registered = registeredRedirect(app.redirectUris, redirectUri)
      const content = {
        grant: { person, clientId: app.clientId, scope, amr, ...(registered ? sentTo(registered.platform, now) : {}) },
        redirectUri,
        ...(codeChallenge === undefined ? {} : { codeChallenge }),
        ...(nonce === undefined ? {} : { nonce }),
      }
      return service.codes.issue(content, now)
    },
    revokeRefreshTokens: (user) => {
      if (user === undefined) return service.refreshTokens.revoke()
      const objectId = typeof user === 'string' ? directory.user(user)?.objectId : user.objectId
      service.refreshTokens.revoke(objectId?.toLowerCase() ?? unknownUser('revokeRefreshTokens', String(user)))
    },
  }
}

/** The app of this name or client id. Throws an `Error` for one that is not declared. */
export function declaredApp(directory: Directory, named: string | undefined, method: string): App {
  const app = directory.app(named)
  if (app) return app
  const known = directory.apps.map((each) => each.name).join(', ') || 'none'
  throw new Error(`Emulator: ${method}: there is no app ${JSON.stringify(named ?? '')}. Declared are: ${known}.`)
}

/** Whom a test means, and their home: the app's, for someone of whom no other is known. Throws for an unknown name. */
export function personOf(
  directory: Directory,
  user: AnyUser,
  app: App,
  method: string,
): { person: Person; tenant: Tenant } {
  const found = typeof user === 'string' ? directory.user(user) : user
  if (found === undefined) return unknownUser(method, String(user))
  const { objectId, username, displayName = username } = found
  if (!isGuid(objectId)) {
    throw new TypeError(`Emulator: ${method}: objectId ${JSON.stringify(objectId)} is not a GUID.`)
  }
  const tenant = directory.tenant(found.tenantId ?? app.tenantId)
  if (tenant === undefined) throw new Error(`Emulator: ${method}: the tenant "${found.tenantId}" is not declared.`)
  return { person: { objectId: objectId.toLowerCase(), username, displayName, tenantId: tenant.id }, tenant }
}

function unknownUser(method: string, user: string): never {
  throw new Error(
    `Emulator: ${method}: there is no user ${JSON.stringify(user)}. Declare them in users, or give { objectId, username }.`,
  )
}
