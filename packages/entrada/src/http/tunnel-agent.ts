import type { Agent, ClientRequest } from 'node:http'
import type { Socket } from 'node:net'
import type { HttpsProxyAgent as ProxyAgent } from 'https-proxy-agent'
import { onAbort } from '../runtime/abort.ts'

type ConnectOptions = Parameters<ProxyAgent<string>['connect']>[1] & TunnelOptions

/** What a request tells the agent; Node keeps the request's own `signal` back. */
export interface TunnelOptions {
  leaveOn?: AbortSignal
}

/**
 * Connections through a proxy. A proxy that is silent is left together with the request: its socket, which no request
 * has yet, would otherwise keep the process alive for as long as the proxy likes.
 */
export async function loadTunnelAgent(): Promise<new (proxy: string, settings: object) => Agent> {
  // Imported here, so that a bundle in one file loads the package only where there is a proxy.
  const { HttpsProxyAgent } = await import('https-proxy-agent')
  return class TunnelAgent extends HttpsProxyAgent<string> {
    override async connect(request: ClientRequest, options: ConnectOptions): Promise<Socket> {
      const opening = new AbortController()
      const forget = onAbort(options.leaveOn, () => opening.abort())
      // Read before `connect` waits for anything, so that each connection has its own.
      this.connectOpts = { ...this.connectOpts, signal: opening.signal }
      try {
        return await super.connect(request, options)
      } finally {
        forget()
      }
    }
  }
}
