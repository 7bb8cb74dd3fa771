import { X509Certificate } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { type CertificateAuthority, createCertificateAuthority } from '../pki/certificate-authority.ts'

/** How long an authority that outlasts the emulator is valid. */
const days = 365

/**
 * Reads an authority from a PEM file that has its certificate and its private key, or makes the file (0600) when it is not
 * there. Rejects with an `Error` when it cannot be read or written, and when the authority has expired.
 */
export async function authorityOfFile(path: string): Promise<CertificateAuthority> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined
    throw new Error(`startEmulator: the file "${path}" of ca cannot be read (${cause.code}). Check its path.`, {
      cause,
    })
  })
  if (text === undefined) return newAuthority(path)
  const [certificate] = blocks(text, 'CERTIFICATE')
  const [privateKey] = blocks(text, '(?:EC |RSA )?PRIVATE KEY')
  if (certificate === undefined || privateKey === undefined) {
    throw new Error(
      `startEmulator: the file "${path}" of ca has no certificate with its private key. Write both into it, as PEM, or name a file that does not exist.`,
    )
  }
  const end = endOf(certificate)
  if (end !== undefined && end <= Date.now()) {
    throw new Error(
      `startEmulator: the authority in "${path}" expired on ${new Date(end).toISOString().slice(0, 10)}. Remove the file, and a new one is made.`,
    )
  }
  return { certificate, privateKey }
}

async function newAuthority(path: string): Promise<CertificateAuthority> {
  const ca = await createCertificateAuthority({ days })
  await writeFile(path, ca.certificate + ca.privateKey, { mode: 0o600, flag: 'wx' }).catch(
    (cause: NodeJS.ErrnoException) => {
      throw new Error(`startEmulator: the file "${path}" of ca cannot be written (${cause.code}). Check its folder.`, {
        cause,
      })
    },
  )
  return ca
}

/** An authority that was kept while it is valid for another day, or a new one to keep. */
export async function keptAuthority(saved: CertificateAuthority | undefined): Promise<CertificateAuthority> {
  const end = saved === undefined ? undefined : endOf(saved.certificate)
  if (saved !== undefined && end !== undefined && end > Date.now() + 24 * 60 * 60_000) return saved
  return createCertificateAuthority({ days })
}

/** When a certificate ends, in milliseconds since the epoch; `undefined` if it cannot be read, which is found out later. */
function endOf(certificate: string): number | undefined {
  try {
    return Date.parse(new X509Certificate(certificate).validTo)
  } catch {
    return undefined
  }
}

function blocks(text: string, label: string): string[] {
  const found = text.match(new RegExp(`-----BEGIN (${label})-----[\\s\\S]*?-----END \\1-----`, 'g')) ?? []
  return found.map((block) => `${block}\n`)
}
