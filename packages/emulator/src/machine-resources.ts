import type { RequestListener } from 'node:http'
import { writeCaFile } from './ca-file.ts'
import type { ResolvedOptions } from './options.ts'
import type { CertificateAuthority, ServerCertificate } from './pki/certificate-authority.ts'
import { listenHttp, listenHttps } from './server.ts'

/** What a running emulator holds of its machine: two ports and a file. */
export interface MachineResources {
  httpsPort: number
  httpPort: number
  caPath: string
  /** Adds something to give back; at once, when everything else already was. */
  hold(giveBack: () => Promise<void>): void
  /** Gives everything back; the second call waits for the first. */
  release(): Promise<void>
}

export interface MachineResourcesRequest {
  options: ResolvedOptions
  ca: CertificateAuthority
  tls: ServerCertificate
  listener(scheme: 'http' | 'https'): RequestListener
}

/** Takes all or nothing: rejects with an `Error` when a port or the file cannot be had, and holds nothing then. */
export async function acquireMachineResources(request: MachineResourcesRequest): Promise<MachineResources> {
  const { options, ca, tls, listener } = request
  const { hostname, port, httpPort } = options
  const held: (() => Promise<void>)[] = []
  const releaseAll = async (): Promise<void> => {
    await Promise.all(held.map((giveBack) => giveBack()))
  }
  try {
    const caFile = await writeCaFile(ca.certificate)
    held.push(caFile.remove)
    const https = await listenHttps({ port, hostname, listener: listener('https') }, tls)
    held.push(https.close)
    const http = await listenHttp({ port: httpPort, hostname, listener: listener('http') })
    held.push(http.close)
    let released: Promise<void> | undefined
    const release = (): Promise<void> => {
      released ??= releaseAll()
      return released
    }
    const hold = (giveBack: () => Promise<void>): void => {
      held.push(giveBack)
      released &&= Promise.all([released, giveBack()]).then(() => undefined)
    }
    return { httpsPort: https.port, httpPort: http.port, caPath: caFile.path, hold, release }
  } catch (error) {
    await releaseAll()
    throw error
  }
}
