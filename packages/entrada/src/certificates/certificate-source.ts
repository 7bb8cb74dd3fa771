import type { Files } from '../runtime/files/files.ts'
import { textOfFile } from '../runtime/files/text-of-file.ts'
import { oneLine } from '../runtime/one-line.ts'
import { flagIn } from '../runtime/permissions.ts'
import { quoted } from '../runtime/quoted.ts'
import { CertificateFault, type Sign, type SigningCertificate } from './certificate.ts'
import type { ChooseCertificate } from './certificate-choice.ts'
import { oneAtATime } from './one-reading.ts'
import { readPem, readPublicPem } from './read-pem.ts'

/** A certificate as a caller provides it: a file, its content, or its public part with a function that signs. */
export type CertificateSource =
  | { certificatePath: string; certificatePassword?: string | undefined }
  | { certificate: string | Uint8Array; certificatePassword?: string | undefined }
  | { certificate: string | Uint8Array; sign: Sign }

/**
 * Resolves to the certificate to sign with now. Rejects with a `CertificateFault`, or as soon as the signal is aborted:
 * deriving the key from the password may take seconds.
 */
export type LoadCertificate = (signal: AbortSignal) => Promise<SigningCertificate>

/** What a loader sees of the outside world; the clock decides which of several certificates is valid. */
interface Surroundings {
  files: Files
  now(): number
}

/** In bytes or characters; no real certificate file is larger. */
const maximumSize = 1024 * 1024

/**
 * Returns a loader for the certificate. A file is checked for each token request, and read again when it has changed.
 * If the new content cannot be used, because it is only half written, say, the previous certificate stays in use and
 * `warn` is called.
 */
export function certificateLoader(
  source: CertificateSource,
  host: Surroundings,
  warn: (message: string) => void,
): LoadCertificate {
  const read =
    'certificatePath' in source
      ? readsFile(source.certificatePath, source.certificatePassword, host.files, warn)
      : readsContent(source)
  return async (signal) => (await read(signal))(host.now())
}

type Read = (signal: AbortSignal) => Promise<ChooseCertificate>

/** The content does not change, so what was read from it, or the error, is kept. */
function readsContent(source: Exclude<CertificateSource, { certificatePath: string }>): Read {
  const join = oneAtATime<void>()
  let known: ChooseCertificate | CertificateFault | undefined
  const read = async (signal: AbortSignal): Promise<ChooseCertificate> =>
    'sign' in source
      ? await readPublicPem(textOf(source.certificate), source.sign)
      : await readContent(source.certificate, source.certificatePassword, signal)
  return async (signal) => {
    if (known === undefined) {
      await join(
        'content',
        async (ending) => {
          known = await read(ending).catch((error) => {
            if (error instanceof CertificateFault) return error
            throw error
          })
        },
        signal,
      )
    }
    if (typeof known === 'function') return known
    throw known
  }
}

function readsFile(path: string, password: string | undefined, files: Files, warn: (message: string) => void): Read {
  const join = oneAtATime<ChooseCertificate>()
  let known: { stamp: string; choose: ChooseCertificate } | undefined
  return async (signal) => {
    try {
      const stamp = await files.stamp(path).catch((error) => Promise.reject(unreadable(path, error)))
      if (known?.stamp === stamp) return known.choose
      return await join(
        stamp,
        async (ending) => {
          const bytes = await files.read(path).catch((error) => Promise.reject(unreadable(path, error)))
          const choose = await readContent(bytes, password, ending)
          known = { stamp, choose }
          return choose
        },
        signal,
      )
    } catch (error) {
      if (!(error instanceof CertificateFault) || known === undefined) throw error
      warn(
        `the certificate file has changed and cannot be used yet (${error.message}); the previous certificate stays in use.`,
      )
      return known.choose
    }
  }
}

/** Only a file system error is about the file; any other is a problem of the program or its bundle. */
function unreadable(path: string, error: unknown): CertificateFault {
  const { code } = error as { code?: unknown }
  const shown = quoted(path)
  // The system's error repeats the path.
  const cause = shown.startsWith('"') ? error : undefined
  const flag = flagIn(error)
  if (flag !== undefined) {
    return new CertificateFault(`this program may not read the file ${shown}`, `Run it with ${flag}.`, cause)
  }
  if (typeof code === 'string' && /^E(?!RR_)/.test(code)) {
    return new CertificateFault(
      `the file ${shown} cannot be read (${code})`,
      'Check the path and its permissions.',
      cause,
    )
  }
  const what = error instanceof Error ? oneLine(error.message, 300) : String(error)
  return new CertificateFault(`the attempt to read the certificate failed: ${what}`, 'See the cause.', cause)
}

async function readContent(
  content: string | Uint8Array,
  password: string | undefined,
  signal: AbortSignal,
): Promise<ChooseCertificate> {
  const text = textOf(content)
  if (text.includes('-----BEGIN')) return readPem(text, password, signal)
  if (typeof content === 'string') {
    throw new CertificateFault(
      'there is no PEM in the text',
      'Pass the PEM itself, PKCS#12 as bytes, or the path of a file as certificatePath.',
    )
  }
  const { openPkcs12 } = await import('./open-pkcs12.ts')
  return openPkcs12(content, password, signal)
}

function textOf(content: string | Uint8Array): string {
  if (content.length > maximumSize) {
    throw new CertificateFault(
      `it is larger than ${maximumSize} bytes`,
      'Use a file that holds only the certificate and its key.',
    )
  }
  if (typeof content === 'string') return content
  const text = new TextDecoder('latin1').decode(content)
  // A PEM that Windows PowerShell wrote begins with a byte order mark and is in UTF-16, where no PEM is seen otherwise.
  return /^(?:\xff\xfe|\xfe\xff)/.test(text) && !text.includes('-----BEGIN') ? textOfFile(content) : text
}
