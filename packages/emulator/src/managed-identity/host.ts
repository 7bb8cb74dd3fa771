import type { LoggedRequest } from '../http/request-log.ts'
import type { Distortion, ManagedIdentityOptions } from './declaration.ts'
import type { ManagedIdentity } from './identity.ts'

/** A host where programs get tokens without a secret of their own. */
export interface ManagedIdentityHost {
  /** Which host it is. */
  readonly host: ManagedIdentityOptions['host']
  /** The environment variables for a program on this host. */
  readonly env: Record<string, string>
  /** Where its tokens come from. */
  readonly url: string
  /** Its identities, with all their ids. */
  readonly identities: readonly ManagedIdentity[]
  /** The requests it received, from the emulator's log. */
  readonly requests: readonly LoggedRequest[]
  /** Changes its responses from the next request on; without an argument, restores them. */
  distort(distortion?: Distortion): void
  /** Clears its cache, so that the next token is a new one. */
  forgetTokens(): void
  /** Frees its port and removes its files; so does the emulator's `close`. May be called twice. */
  close(): Promise<void>
}

/** A pod. Its tokens come from the emulator's token endpoint. */
export interface AksHost extends Omit<ManagedIdentityHost, 'distort' | 'forgetTokens'> {
  /** Which host it is. */
  readonly host: 'aks'
  /** Where the service account's token is. */
  readonly tokenFile: string
  /** Replaces the service account's token, as the kubelet does, and returns the new one. */
  rotate(): Promise<string>
}

/** A node of a cluster. */
export interface ServiceFabricHost extends ManagedIdentityHost {
  /** Which host it is. */
  readonly host: 'service-fabric'
  /** The server's self-signed certificate, as PEM. Only its thumbprint identifies it. */
  readonly certificate: string
}

/** The host that these options create. */
export type HostFor<Options extends ManagedIdentityOptions> = Options extends { host: 'aks' }
  ? AksHost
  : Options extends { host: 'service-fabric' }
    ? ServiceFabricHost
    : ManagedIdentityHost
