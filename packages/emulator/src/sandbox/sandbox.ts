import { join } from 'node:path'
import { type Emulator, startEmulator } from '../api/emulator.ts'
import type { EmulatorOptions } from '../api/options.ts'
import { type Azurite, type AzuriteOptions, type Endpoints, startAzurite } from './azurite.ts'

export type { AzuriteOptions, Endpoints }

/** How the sandbox is started: the emulator's options, but for its issuer, which Azurite decides. */
export interface SandboxOptions extends Omit<EmulatorOptions, 'issuer'> {
  /** How Azurite is started. */
  azurite?: AzuriteOptions
}

/** Entra ID and Azure Storage on this machine. */
export interface Sandbox {
  /** Entra ID. */
  readonly emulator: Emulator
  /** Endpoints of the storage account, over https. */
  readonly storage: Endpoints
  /** Resolves with the exit code of Azurite when it has ended by itself. */
  readonly storageEnded: Promise<number | null>
  /**
   * The variables of `emulator.env()`, and `AZURE_STORAGE_BLOB_ENDPOINT`, `…_QUEUE_ENDPOINT` and `…_TABLE_ENDPOINT`.
   */
  env(app?: string): Record<string, string>
  /** Stops both. May be called twice. */
  close(): Promise<void>
  /** Calls `close()`, at the end of a block with `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Starts the emulator and, beside it, the real Azurite (`npm install --save-dev azurite`), which accepts the emulator's
 * tokens. Both have certificates from the same authority. Stored data is kept in memory or, with `state`, in that
 * folder. If one of the two does not start, it rejects with an `Error` and leaves nothing behind.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { azurite: given = {}, ...rest } = options
  // Azurite has a fixed list of issuers.
  const emulator = await startEmulator({ ...rest, issuer: 'public-cloud' })
  let azurite: Azurite
  try {
    const location = options.state === undefined ? {} : { location: join(options.state, 'azurite') }
    const certificate = await emulator.serverCertificate(options.hosts)
    azurite = await startAzurite(certificate, options.hostname ?? '127.0.0.1', { ...location, ...given })
  } catch (error) {
    await emulator.close()
    throw error
  }
  const { endpoints: storage, ended: storageEnded } = azurite
  const close = async (): Promise<void> => {
    await Promise.all([azurite.close(), emulator.close()])
  }
  return {
    emulator,
    storage,
    storageEnded,
    env: (app) => ({
      ...emulator.env(app),
      AZURE_STORAGE_BLOB_ENDPOINT: storage.blob,
      AZURE_STORAGE_QUEUE_ENDPOINT: storage.queue,
      AZURE_STORAGE_TABLE_ENDPOINT: storage.table,
    }),
    close,
    [Symbol.asyncDispose]: close,
  }
}
