import { type Emulator, type EmulatorOptions, startEmulator } from '@entrada/emulator'
import { givenAuthority } from './given-authority.ts'

/** An app that is declared in an emulator, as a credential's constructor takes it. */
export interface Application {
  tenantId: string
  clientId: string
  clientSecret: string
}

/** An emulator whose certificate every client in this process trusts. */
export function startTrustedEmulator(options?: EmulatorOptions): Promise<Emulator> {
  return startEmulator({ ...options, ca: givenAuthority() })
}

/** The first app that an emulator declares. */
export function applicationOf(emulator: Emulator): Application {
  const { AZURE_TENANT_ID = '', AZURE_CLIENT_ID = '', AZURE_CLIENT_SECRET = '' } = emulator.env()
  return { tenantId: AZURE_TENANT_ID, clientId: AZURE_CLIENT_ID, clientSecret: AZURE_CLIENT_SECRET }
}
