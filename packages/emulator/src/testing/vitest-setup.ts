import type { TestProject } from 'vitest/node'
import { writeCaFiles } from '../api/ca-files.ts'
import { type CertificateAuthority, createCertificateAuthority } from '../pki/certificate-authority.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The authority that the workers trust. */
    entradaAuthority?: CertificateAuthority | undefined
  }
}

/**
 * Vitest's `globalSetup`: makes an authority before the workers start, so that every client in them trusts the https
 * server of `emulatorTest`. Node reads `NODE_EXTRA_CA_CERTS` only when a process starts (`pool: 'forks'`).
 */
export default async function setup({ provide }: Pick<TestProject, 'provide'>): Promise<() => Promise<void>> {
  const authority = await createCertificateAuthority()
  const files = await writeCaFiles(authority.certificate, undefined, process.env)
  const before = process.env.NODE_EXTRA_CA_CERTS
  process.env.NODE_EXTRA_CA_CERTS = files.bundlePath
  provide('entradaAuthority', authority)
  return () => {
    if (before === undefined) delete process.env.NODE_EXTRA_CA_CERTS
    else process.env.NODE_EXTRA_CA_CERTS = before
    return files.remove()
  }
}
