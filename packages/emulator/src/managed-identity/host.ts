import type { LoggedRequest } from '../request-log.ts'
import type { Distortion, ManagedIdentityOptions } from './declaration.ts'
import type { ManagedIdentity } from './identity.ts'

/** A place where programs get tokens without a secret of their own. */
export interface ManagedIdentityHost {
  readonly host: ManagedIdentityOptions['host']
  /** The variables that a program there sees. */
  readonly env: Record<string, string>
  /** Where its tokens come from. */
  readonly url: string
  readonly identities: readonly ManagedIdentity[]
  /** The requests it got, out of the emulator's log. */
  readonly requests: readonly LoggedRequest[]
  /** Changes its answers from the next request on; without an argument they are as they should be again. */
  distort(distortion?: Distortion): void
  /** Makes the next token a new one. */
  forgetTokens(): void
  /** Frees its port and removes its files; the emulator's own `close` does it too. May be called twice. */
  close(): Promise<void>
}

/** A pod. Its tokens come from the emulator's token endpoint. */
export interface AksHost extends Omit<ManagedIdentityHost, 'distort' | 'forgetTokens'> {
  readonly host: 'aks'
  readonly tokenFile: string
  /** Replaces the service account's token, as the kubelet does, and gives the new one. */
  rotate(): Promise<string>
}

/** A node of a cluster. */
export interface ServiceFabricHost extends ManagedIdentityHost {
  readonly host: 'service-fabric'
  /** What the server shows, as PEM. It signed itself: only its thumbprint tells it from another. */
  readonly certificate: string
}

/** The host that such options make. */
export type HostFor<Options extends ManagedIdentityOptions> = Options extends { host: 'aks' }
  ? AksHost
  : Options extends { host: 'service-fabric' }
    ? ServiceFabricHost
    : ManagedIdentityHost
