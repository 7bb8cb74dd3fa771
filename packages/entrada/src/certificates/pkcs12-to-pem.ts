import { CertificateFault } from './certificate.ts'

/**
 * The keys and certificates of a PKCS#12 file (RFC 7292) as one PEM text. The library for it is loaded with the first
 * such file. Rejects with a `CertificateFault` for a wrong password or what is no PKCS#12.
 */
export async function pkcs12ToPem(bytes: Uint8Array, password: string | undefined): Promise<string> {
  const { default: forge } = await import('node-forge')
  const text = forge.util.binary.raw.encode(bytes)
  let content: ReturnType<typeof forge.asn1.fromDer>
  try {
    content = forge.asn1.fromDer(text)
  } catch (error) {
    throw new CertificateFault('it is neither PEM nor PKCS#12', 'Give a PEM text, or a .pfx or .p12 file.', error)
  }
  const file = open(forge, content, password)
  const { certBag, keyBag, pkcs8ShroudedKeyBag } = forge.pki.oids as Record<string, string>
  const keys = [keyBag, pkcs8ShroudedKeyBag].flatMap((bagType) => bagsOf(file, bagType))
  const certificates = bagsOf(file, certBag)
  // What forge has no type for, an elliptic key or what one has signed, it gives as it stood in the file.
  const block = (label: string, value: typeof content): string =>
    forge.pem.encode({ type: label, body: forge.asn1.toDer(value).getBytes() })
  return [
    ...keys.map(({ key, asn1 }) => (key ? forge.pki.privateKeyToPem(key) : block('PRIVATE KEY', asn1))),
    ...certificates.map(({ cert, asn1 }) => (cert ? forge.pki.certificateToPem(cert) : block('CERTIFICATE', asn1))),
  ].join('\n')
}

type Forge = typeof import('node-forge')
type File = ReturnType<Forge['pkcs12']['pkcs12FromAsn1']>

function open(
  forge: Forge,
  content: Parameters<Forge['pkcs12']['pkcs12FromAsn1']>[0],
  password: string | undefined,
): File {
  try {
    return forge.pkcs12.pkcs12FromAsn1(content, password ?? '')
  } catch (error) {
    // Its messages may repeat parts of the file, so the error goes no further.
    const isPassword = /mac|password|decrypt/i.test(String((error as Error).message))
    if (!isPassword) throw new CertificateFault('the PKCS#12 can not be read', 'Export it again.')
    throw password === undefined
      ? new CertificateFault('the PKCS#12 is protected by a password', 'Pass certificatePassword.')
      : new CertificateFault('certificatePassword does not open the PKCS#12', 'Check the password.')
  }
}

function bagsOf(file: File, bagType: string | undefined): ReturnType<File['getBags']>[string] & object {
  return (bagType === undefined ? undefined : file.getBags({ bagType })[bagType]) ?? []
}
