import type { Directory } from '../directory/directory.ts'
import type { App, Tenant } from '../directory/entries.ts'
import { declaredApp } from '../directory/lookup.ts'
import { registeredRedirect } from '../directory/redirect-uris.ts'
import { isGuid } from '../primitives/guid.ts'
import type { Service } from '../routes/service.ts'
import { accessTokenForm } from '../token/access-token-form.ts'
import { accountIn } from '../token/account.ts'
import type { PendingDeviceRequest } from '../token/device-code.ts'
import { userTokenClaims } from '../token/user-claims.ts'
import { grantFor, type Person } from '../token/user-grant.ts'

/** A declared user, by name or object id, or anyone else. */
export type AnyUser =
  | string
  | {
      /** GUID. */
      objectId: string
      /** The user principal name. */
      username: string
      /** Default: the user name. */
      displayName?: string
      /** Home tenant, by id. Default: that of the app. */
      tenantId?: string
    }

/** Which token of a user is made. */
export interface UserTokenOptions {
  /** Whose token it is. */
  user: AnyUser
  /** The app that the token is for, by name or client id. */
  app: string
  /** Names of its delegated permissions. Default `access_as_user`. */
  scope?: string
  /** How the user signed in. Default `['pwd']`; a second factor is `'mfa'`. */
  amr?: readonly string[]
  /** How long the tokens are valid, in seconds. Default 3599. */
  lifetimeSeconds?: number
}

/** Which code an app gets. */
export interface AuthorizationCodeOptions {
  /** Who has signed in. */
  user: AnyUser
  /** The app that the code is for, by name or client id. */
  app: string
  /** One of the app's `redirectUris`. */
  redirectUri: string
  /** As at the authorization endpoint, such as `openid offline_access https://graph.microsoft.com/User.Read`. */
  scope: string
  /** PKCE, method S256. */
  codeChallenge?: string
  /** The `nonce` of the ID token. */
  nonce?: string
  /** How the user signed in. Default `['pwd']`. */
  amr?: readonly string[]
}

/** What users do at a keyboard, for tests. */
export interface SignIns {
  /** A user's token for an app, to call it with: the assertion of an on-behalf-of request. */
  userToken(options: UserTokenOptions): Promise<string>
  /** The code that an app gets when a user has signed in to it. */
  authorizationCode(options: AuthorizationCodeOptions): string
  /**
   * Revokes the refresh tokens issued so far, a user's or everyone's: AADSTS50173. Microsoft Graph answers their
   * earlier access tokens with a claims challenge, if the client declared `cp1`.
   */
  revokeRefreshTokens(user?: AnyUser): void
}

/** The Azure CLI's client id, which stands for the program that users sign in to before they call an app. */
const azureCliClientId = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'

export function createSignIns(service: Service): SignIns {
  const { directory } = service
  return {
    userToken: async ({ user, app: nameOrId, scope = 'access_as_user', amr = ['pwd'], lifetimeSeconds = 3599 }) => {
      const app = declaredApp(directory, nameOrId, 'userToken')
      const { person, tenant } = personOf(directory, user, app, 'userToken')
      const resource = `api://${app.clientId}`
      const clientId = azureCliClientId
      const scopes = scope.split(' ')
      const claims = userTokenClaims({
        ...{ tenant, amr, lifetimeSeconds, clientId, proof: 'none', capabilities: [], scopes },
        account: accountIn(service, tenant, person),
        form: accessTokenForm(service, { resource, tenantId: tenant.id }),
        now: service.now(),
      })
      const about = { tenantId: tenant.id, clientId, user: person.username, resource, scopes }
      return service.signer.sign(claims, { ...about, token: 'access' })
    },
    authorizationCode: ({ user, app: nameOrId, redirectUri, scope, amr = ['pwd'], codeChallenge, nonce }) => {
      const app = declaredApp(directory, nameOrId, 'authorizationCode')
      const { person } = personOf(directory, user, app, 'authorizationCode')
      const now = service.now()
      const registered = registeredRedirect(app.redirectUris, redirectUri)
      const content = {
        grant: {
          person,
          clientId: app.clientId,
          scope,
          amr,
          ...(registered ? grantFor(registered.platform, now) : {}),
        },
        redirectUri,
        ...(codeChallenge === undefined ? {} : { codeChallenge }),
        ...(nonce === undefined ? {} : { nonce }),
      }
      return service.codes.issue(content, now)
    },
    revokeRefreshTokens: (user) => {
      const named = typeof user === 'object' ? user.objectId : user && directory.user(user)?.objectId
      const objectId = named?.toLowerCase()
      if (user !== undefined && !objectId) return unknownUser('revokeRefreshTokens', String(user))
      revokeSessions(service, objectId)
    },
  }
}

/** Revokes what was issued so far to everyone, or to the user with this object id. */
export function revokeSessions(
  { refreshTokens, revocations, now }: Pick<Service, 'refreshTokens' | 'revocations' | 'now'>,
  objectId: string | undefined,
): void {
  refreshTokens.revoke(objectId)
  revocations.revoke(objectId, now())
}

/** The person a test names, and their home tenant, by default the app's. Throws for an unknown name. */
function personOf(directory: Directory, user: AnyUser, app: App, method: string): { person: Person; tenant: Tenant } {
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
    `Emulator: ${method}: no user is called ${JSON.stringify(user)}. Declare them in users, or pass { objectId, username }.`,
  )
}

/** Who types a device's code, and how they sign in. */
export interface DeviceSignInOptions {
  /** Who has signed in. */
  user: AnyUser
  /** How the user signed in. Default `['pwd']`. */
  amr?: readonly string[]
}

/** What a person does in a browser with a device code, for tests. */
export interface DeviceSignIns {
  /** Signs a user in to the app that showed this code. Throws an `Error` if no app is waiting for it. */
  approveDeviceCode(userCode: string, options: DeviceSignInOptions): void
  /** Declines the app that showed this code. Throws an `Error` if no app is waiting for it. */
  declineDeviceCode(userCode: string): void
}

export function createDeviceSignIns(service: Service): DeviceSignIns {
  const { directory } = service
  const pending = (userCode: string, method: string): PendingDeviceRequest => {
    const found = service.deviceCodes.pending(userCode, service.now())
    if (found) return found
    throw new Error(
      `Emulator: ${method}: no sign-in is waiting for the code ${JSON.stringify(userCode)}. Pass the user_code of a /devicecode response that has not expired and has not been approved or declined.`,
    )
  }
  return {
    approveDeviceCode: (userCode, { user, amr = ['pwd'] }) => {
      const request = pending(userCode, 'approveDeviceCode')
      // A code is only issued to an app.
      const app = directory.app(request.clientId) as App
      const home = request.tenantId === undefined ? app : { ...app, tenantId: request.tenantId }
      request.approve(personOf(directory, user, home, 'approveDeviceCode').person, amr)
    },
    declineDeviceCode: (userCode) => pending(userCode, 'declineDeviceCode').decline(),
  }
}
