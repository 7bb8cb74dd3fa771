import { useIdentityPlugin } from 'entrada'
import { registeredPlugins } from '../../src/plugins/registry.ts'
import { tenantId, user } from '../app.ts'

export const brokerToken = 'of-the-broker.T0ken'

interface Asked {
  [name: string]: unknown
}

/** A broker in the shape of MSAL's plug-in, which remembers what it was asked. */
export function standInBroker({ now }: { now: () => number }) {
  const asked: Asked[] = []
  return {
    asked,
    isBrokerAvailable: true,
    accounts: [{ homeAccountId: `${user.objectId}.${tenantId}`, username: user.username, nativeAccountId: 'native-1' }],
    /** Home account id of the account that is signed in to the operating system. */
    signedIn: `${user.objectId}.${tenantId}`,
    /** What it rejects with, if it does. */
    error: undefined as unknown,
    setLogger() {},
    async getAllAccounts() {
      return this.accounts
    },
    async acquireTokenSilent(request: Asked) {
      asked.push(request)
      if (this.error !== undefined) throw this.error
      const known = this.accounts.find(({ nativeAccountId }) => nativeAccountId === request.accountId)
      const account = known ?? { homeAccountId: this.signedIn }
      return {
        accessToken: `${brokerToken}.${asked.length}`,
        expiresOn: new Date(now() + 3600_000) as Date | null,
        tokenType: 'Bearer',
        account,
      }
    },
  }
}

interface Controls {
  nativeBrokerPluginControl: { setNativeBroker(broker: unknown): void }
  vsCodeCredentialControl: { setVSCodeAuthRecordPath(path: string): void; setVSCodeBroker(broker: unknown): void }
  cachePluginControl: { setPersistence(make: unknown): void }
}

/** Registers as the official packages do. */
export function plugIn(use: (controls: Controls) => void): void {
  useIdentityPlugin((context) => use(context as Controls))
}

/** The registry is the process's: a test leaves it as it found it. */
export function forgetPlugins(): void {
  const registered = registeredPlugins()
  for (const name of Object.keys(registered)) delete registered[name as keyof typeof registered]
}
