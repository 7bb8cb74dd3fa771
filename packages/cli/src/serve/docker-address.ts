import type { NetworkInterfaceInfo } from 'node:os'
import { Failure } from '../framework/failure.ts'

/** The name of this machine inside of a container. */
export const dockerHost = 'host.docker.internal'

/**
 * The address to listen on for containers of this machine. On Linux they reach the host at the address of Docker's bridge, which
 * is where `host-gateway` leads; Docker Desktop leads there to loopback.
 */
export function dockerAddress(
  platform: string,
  interfaces: Readonly<Record<string, NetworkInterfaceInfo[] | undefined>>,
): string {
  if (platform !== 'linux') return '127.0.0.1'
  const bridge = interfaces.docker0?.find(({ family }) => family === 'IPv4')
  if (bridge !== undefined) return bridge.address
  throw new Failure('serve: there is no network interface docker0, whose address containers reach.', {
    remedy: 'Start Docker, or name the address that your containers reach with --listen.',
  })
}
