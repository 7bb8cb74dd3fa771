import { type Emulator, startEmulator } from '@entrada/emulator'

/** The local token service that both libraries talk to over TLS, and the application they sign in as. */
export interface Sts {
  emulator: Emulator
  tenantId: string
  clientId: string
  secret: string
}

/** Starts one. With `refreshInSeconds` its tokens ask to be refreshed that soon. */
export async function startSts(refreshInSeconds?: number): Promise<Sts> {
  const emulator = await startEmulator(refreshInSeconds === undefined ? {} : { refreshInSeconds })
  const env = emulator.env()
  return {
    emulator,
    tenantId: env.AZURE_TENANT_ID ?? '',
    clientId: env.AZURE_CLIENT_ID ?? '',
    secret: env.AZURE_CLIENT_SECRET ?? '',
  }
}
