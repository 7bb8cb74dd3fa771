import type { Files } from '../runtime/files.ts'
import { CertificateFault, type Sign, type SigningCertificate } from './certificate.ts'
import { readPem, readPublicPem } from './read-pem.ts'

/** A certificate as a caller gives it: a file, its content, or its public part with a function that signs. */
export type CertificateSource =
  | { certificatePath: string; certificatePassword?: string | undefined }
  | { certificate: string | Uint8Array; certificatePassword?: string | undefined }
  | { certificate: string | Uint8Array; sign: Sign }

/** Gives the certificate to sign with now. */
export type LoadCertificate = () => Promise<SigningCertificate>

/**
 * A loader of the certificate. A file is looked at for each token request, and read again when it has changed; one
 * that can't be used, half-written say, leaves the former certificate in place, and `warn` is told.
 */
export function certificateLoader(
  source: CertificateSource,
  files: Files,
  warn: (message: string) => void,
): LoadCertificate {
  if ('certificatePath' in source) return rotating(source.certificatePath, source.certificatePassword, files, warn)
  let reading: Promise<SigningCertificate> | undefined
  return () => {
    reading ??=
      'sign' in source
        ? readPublic(source.certificate, source.sign)
        : readContent(source.certificate, source.certificatePassword)
    return reading
  }
}

function rotating(
  path: string,
  password: string | undefined,
  files: Files,
  warn: (message: string) => void,
): LoadCertificate {
  let known: { stamp: string; certificate: SigningCertificate } | undefined
  return async () => {
    try {
      const stamp = await files.stamp(path)
      if (known?.stamp === stamp) return known.certificate
      const certificate = await readContent(await files.read(path), password)
      known = { stamp, certificate }
      return certificate
    } catch (error) {
      const fault = error instanceof CertificateFault ? error : unreadable(path, error)
      if (known === undefined) throw fault
      warn(
        `the certificate file has changed and can not be used yet (${fault.message}); the former certificate stays in use.`,
      )
      return known.certificate
    }
  }
}

function unreadable(path: string, error: unknown): CertificateFault {
  const { code = 'error' } = error as { code?: string }
  return new CertificateFault(
    `the file ${JSON.stringify(path)} can not be read (${code})`,
    'Check the path and its permissions.',
    error,
  )
}

async function readContent(content: string | Uint8Array, password: string | undefined): Promise<SigningCertificate> {
  const text = typeof content === 'string' ? content : new TextDecoder('latin1').decode(content)
  if (text.includes('-----BEGIN')) return readPem(text, password)
  if (typeof content === 'string') {
    throw new CertificateFault(
      'there is no PEM in the text',
      'Give the PEM itself, PKCS#12 as bytes, or a file by certificatePath.',
    )
  }
  const { pkcs12ToPem } = await import('./pkcs12-to-pem.ts')
  return readPem(await pkcs12ToPem(content, password), undefined)
}

async function readPublic(content: string | Uint8Array, sign: Sign): Promise<SigningCertificate> {
  return readPublicPem(typeof content === 'string' ? content : new TextDecoder('latin1').decode(content), sign)
}
