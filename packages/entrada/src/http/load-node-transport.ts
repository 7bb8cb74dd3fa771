import type { NodeTransportOptions } from './node-transport.ts'
import type { ClosableTransport } from './transport.ts'

/**
 * The transport by Node's own modules. Rejects in a bundle for web pages, which leaves it out, rather than let another
 * transport take requests for which connections, proxies or certificates were chosen.
 */
export async function loadNodeTransport(): Promise<(options: NodeTransportOptions) => ClosableTransport> {
  // A bundler puts an empty module in its place, or none.
  const module = (await import('./node-transport.ts')) as Partial<typeof import('./node-transport.ts')> | undefined
  if (module?.nodeTransport !== undefined) return module.nodeTransport
  throw Object.assign(
    new Error('a bundle for web pages has no connections of its own; bundle it for Node, or pass the option fetch'),
    { code: 'ENOSYS' },
  )
}
