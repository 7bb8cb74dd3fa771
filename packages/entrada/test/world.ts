import { type Emulator, type EmulatorOptions, startEmulator } from '@entrada/emulator'
import type { EntradaEvent, TokenCredentialOptions } from 'entrada'
import {
  clientId,
  otherTenantId,
  password,
  recognisableSecret,
  redirectUri,
  scope,
  serviceConnectionId,
  tenantId,
  user,
} from './app.ts'
import { type MadeCertificate, makeCertificate } from './certificates/make-certificate.ts'
import { refreshTokenOf } from './msal/shared-cache.ts'

export { clientId, otherTenantId, recognisableSecret, redirectUri, scope, serviceConnectionId, tenantId, user }

/** An emulator and the outside world of the credentials under test: its clock is theirs, and nobody sleeps. */
export interface World {
  emulator: Emulator
  events: EntradaEvent[]
  /** The pauses that were asked for, in milliseconds. */
  slept: number[]
  /** Options for a credential in this world, over sockets and the default transport. */
  options(env?: Record<string, string>): TokenCredentialOptions
  /** The variables that sign the app in. */
  env: Record<string, string>
  /** The app's other proof. */
  certificate: MadeCertificate
  /** A user's token for the app. */
  userToken: string
  /** That user's refresh token for Microsoft's developer tools. */
  developerRefreshToken: string
  /** A new code of that user's. */
  code(): string
  /** Requests to the token endpoint so far, or those for one scope. */
  tokenRequests(scope?: string): number
  /** Forgets requests, faults and events: a world serves many tests, each with a credential of its own. */
  reset(): void
  close(): Promise<void>
}

export async function createWorld(options: EmulatorOptions = {}): Promise<World> {
  const certificate = makeCertificate()
  const emulator = await startEmulator({
    directory: {
      tenants: [{ id: tenantId, domains: ['contoso.onmicrosoft.com'] }, { id: otherTenantId }],
      apps: [
        {
          name: 'app',
          clientId,
          tenantId,
          tenants: '*',
          secrets: [{ value: recognisableSecret }],
          certificates: [certificate.certificate],
          redirectUris: [redirectUri],
        },
      ],
      users: [{ ...user, tenantId, password }],
    },
    // The shortest that there is: programs in a process of their own wait for it in earnest.
    deviceCode: { intervalSeconds: 1 },
    ...options,
  })
  const developerRefreshToken = await refreshTokenOf(emulator)
  emulator.requests.clear()
  const events: EntradaEvent[] = []
  const slept: number[] = []
  const env = {
    AZURE_TENANT_ID: tenantId,
    AZURE_CLIENT_ID: clientId,
    AZURE_CLIENT_SECRET: recognisableSecret,
    AZURE_AUTHORITY_HOST: emulator.url,
  }
  return {
    emulator,
    events,
    slept,
    env,
    certificate,
    developerRefreshToken,
    userToken: await emulator.userToken({ user, app: 'app', lifetimeSeconds: 30 * 86_400 }),
    code: () =>
      emulator.authorizationCode({ user, app: 'app', redirectUri, scope: `openid profile offline_access ${scope}` }),
    options: (environment = env) => ({
      authorityHost: emulator.url,
      tlsOptions: { ca: emulator.ca.pem },
      onEvent: (event) => events.push(event),
      host: {
        now: () => emulator.clock.now(),
        env: environment,
        async sleep(milliseconds, signal) {
          signal.throwIfAborted()
          // A wait that nobody ends would be the time-out of a read; the pause before a retry is over at once.
          slept.push(milliseconds)
        },
      },
    }),
    tokenRequests: (asked) =>
      emulator.requests.filter(
        ({ path, form, query }) =>
          path.endsWith('/token') &&
          (asked === undefined || (form.scope?.split(' ')[0] ?? `${query.resource}/.default`) === asked),
      ).length,
    reset() {
      emulator.requests.clear()
      emulator.faults.clear()
      events.length = 0
      slept.length = 0
    },
    close: () => emulator.close(),
  }
}

/** Resolves when the condition holds; events of sockets take their turns meanwhile. */
export async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 20_000
  while (!condition()) {
    if (performance.now() > end) throw new Error('the condition never came true')
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}

/** The error that a promise rejects with. */
export async function failure(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise
  } catch (error) {
    return error as Error
  }
  throw new Error('it did not reject')
}
