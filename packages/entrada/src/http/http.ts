import type { Host } from '../runtime/host.ts'
import type { Http, HttpOptions } from './client.ts'

/** An HTTP client whose code is loaded with its first request: a program's start does not wait for it. */
export function openHttp(options: HttpOptions, host: Host, warn: (message: string) => void): Http {
  let opening: Promise<Http> | undefined
  return {
    async send(request, call) {
      opening ??= import('./client.ts').then(({ openClient }) => openClient(options, host, warn))
      return (await opening).send(request, call)
    },
    close: () => opening?.then((client) => client.close()).catch(() => undefined),
  }
}
