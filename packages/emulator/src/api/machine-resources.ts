import type { RequestListener } from 'node:http'
import { listenHttp, listenHttps } from '../http/server.ts'
import type { CertificateAuthority, ServerCertificate } from '../pki/certificate-authority.ts'
import { type CaFiles, writeCaFiles } from './ca-files.ts'

/** What a running emulator holds on its machine: two ports and the files of its authority. */
export interface MachineResources {
  httpsPort: number
  httpPort: number
  caFiles: CaFiles
  /** Registers a resource to release with the others; at once, if they have been released already. */
  onClose(giveBack: () => Promise<void>): void
  /** Lets the process end while the ports are open. */
  unref(): void
  /** Releases everything; a second call waits for the first. */
  release(): Promise<void>
}

/** The ports of an emulator, which it takes again when it starts anew with the same state. */
export interface Ports {
  https: number
  http: number
}

export interface MachineResourcesRequest {
  hostname: string
  /** 0 means any free port. */
  port: number
  httpPort: number
  /** The folder for files that outlast the emulator. */
  folder: string | undefined
  /** The environment of this process. */
  env: NodeJS.ProcessEnv
  ca: CertificateAuthority
  tls: ServerCertificate
  listener(scheme: 'http' | 'https'): RequestListener
}

/** Takes all or nothing: rejects with an `Error` when a port or the file is unavailable, and then holds nothing. */
export async function acquireMachineResources(request: MachineResourcesRequest): Promise<MachineResources> {
  const { hostname, port, httpPort, ca, tls, listener } = request
  const held: (() => Promise<void>)[] = []
  const releaseAll = async (): Promise<void> => {
    await Promise.all(held.map((giveBack) => giveBack()))
  }
  try {
    const caFiles = await writeCaFiles(ca.certificate, request.folder, request.env)
    held.push(caFiles.remove)
    const https = await listenHttps({ port, hostname, listener: listener('https') }, tls)
    held.push(https.close)
    const http = await listenHttp({ port: httpPort, hostname, listener: listener('http') })
    held.push(http.close)
    let released: Promise<void> | undefined
    const release = (): Promise<void> => {
      released ??= releaseAll()
      return released
    }
    const onClose = (giveBack: () => Promise<void>): void => {
      held.push(giveBack)
      released &&= Promise.all([released, giveBack()]).then(() => undefined)
    }
    const unref = (): void => {
      https.unref()
      http.unref()
    }
    return { unref, httpsPort: https.port, httpPort: http.port, caFiles, onClose, release }
  } catch (error) {
    await releaseAll()
    throw error
  }
}
