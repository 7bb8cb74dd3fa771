import { algorithmOf, unsupported } from './algorithm.ts'
import { type Asn1, Asn1Fault, childrenOf, enclosedIn, integerOf, octetsOf, oidOf, readAsn1, tags } from './asn1.ts'
import { CertificateFault } from './certificate.ts'
import { decrypt } from './decrypt.ts'
import { Derivation } from './derivation.ts'
import { decryptKey } from './encrypted-key.ts'
import { fittingPassword } from './pkcs12-mac.ts'
import { type PasswordBytes, passwordForms } from './pkcs12-password.ts'

/** The contents of a PKCS#12, each as DER. */
export interface Pkcs12Contents {
  /** PrivateKeyInfo (RFC 5208). */
  keys: Uint8Array[]
  certificates: Uint8Array[]
  /** Why other keys could not be read. */
  keyFaults: CertificateFault[]
}

/**
 * The keys and certificates of a PKCS#12 file (RFC 7292). Friendly names and key ids are not read: the keys themselves
 * show which certificate belongs to which. Rejects with a `CertificateFault` for a wrong password, for anything that is
 * not PKCS#12, and for whatever is not supported, which it names; with the signal's reason if it is aborted.
 */
export async function readPkcs12(
  bytes: Uint8Array,
  password: string | undefined,
  signal: AbortSignal,
): Promise<Pkcs12Contents> {
  const { authenticated, macData } = outermost(bytes)
  try {
    const derivation = new Derivation(signal)
    let passwords = passwordForms(password)
    if (macData !== undefined) {
      const fitting = await fittingPassword(macData, authenticated, { passwords, derivation })
      if (fitting === undefined) throw wrongPassword(password)
      // The others are kept, because a file may mix the two forms of an empty password.
      passwords = [fitting, ...passwords.filter((form) => form !== fitting)]
    }
    const reading = new Pkcs12Reading(passwords, derivation, () =>
      macData === undefined || password === undefined ? wrongPassword(password) : anotherPassword(),
    )
    for (const part of childrenOf(readAsn1(authenticated))) await reading.takePart(part)
    return reading.contents
  } catch (error) {
    if (!(error instanceof Asn1Fault)) throw error
    throw new CertificateFault(`the PKCS#12 is damaged (${error.message})`, 'Export it again.')
  }
}

const types = {
  data: '1.2.840.113549.1.7.1',
  signed: '1.2.840.113549.1.7.2',
  enveloped: '1.2.840.113549.1.7.3',
  encrypted: '1.2.840.113549.1.7.6',
} as const

/** RFC 7292, 4.2 and appendix D. */
const bags = {
  key: '1.2.840.113549.1.12.10.1.1',
  shroudedKey: '1.2.840.113549.1.12.10.1.2',
  certificate: '1.2.840.113549.1.12.10.1.3',
  nested: '1.2.840.113549.1.12.10.1.6',
  x509: '1.2.840.113549.1.9.22.1',
} as const

/** Reads the PFX itself: the authenticated content, and its MAC. */
function outermost(bytes: Uint8Array): { authenticated: Uint8Array; macData: Asn1 | undefined } {
  let type: string
  try {
    const [version, authSafe, macData] = childrenOf(readAsn1(bytes))
    if (version?.tag !== tags.integer || authSafe === undefined) throw new Asn1Fault('not a PFX')
    const [typeValue, content] = childrenOf(authSafe)
    type = oidOf(typeValue)
    if (integerOf(version) !== 3) throw unsupported(`PKCS#12 of version ${integerOf(version)}`)
    if (type === types.data) return { authenticated: octetsOf(enclosedIn(content)), macData }
  } catch (error) {
    if (!(error instanceof Asn1Fault)) throw error
    throw bytes[0] === tags.sequence
      ? new CertificateFault('it is not a PKCS#12, or only part of one', 'Export or copy it again.')
      : new CertificateFault('it is neither PEM nor PKCS#12', 'Pass a PEM, or the content of a .pfx or .p12 file.')
  }
  throw unsupported(type === types.signed ? 'a PKCS#12 that is sealed by a signature' : `the content type ${type}`)
}

class Pkcs12Reading {
  readonly contents: Pkcs12Contents = { keys: [], certificates: [], keyFaults: [] }
  readonly #opening: { passwords: readonly PasswordBytes[]; derivation: Derivation }
  readonly #closed: () => CertificateFault

  /** `closed` makes the error for a part that the password does not open. */
  constructor(passwords: readonly PasswordBytes[], derivation: Derivation, closed: () => CertificateFault) {
    this.#opening = { passwords, derivation }
    this.#closed = closed
  }

  /** One ContentInfo of the AuthenticatedSafe (RFC 7292, 4.1). */
  async takePart(part: Asn1): Promise<void> {
    const [typeValue, content] = childrenOf(part)
    const type = oidOf(typeValue)
    if (type === types.data) return this.#takeBags(readAsn1(octetsOf(enclosedIn(content))))
    if (type !== types.encrypted) {
      throw unsupported(type === types.enveloped ? 'a PKCS#12 that is encrypted for a key' : `the content type ${type}`)
    }
    const [, encrypted] = childrenOf(enclosedIn(content))
    const [, algorithm, ciphertext] = childrenOf(encrypted)
    const bags = await decrypt(algorithmOf(algorithm), octetsOf(ciphertext, 0x80), this.#opening)
    if (bags === undefined) throw this.#closed()
    await this.#takeBags(bags)
  }

  /** SafeContents (RFC 7292, 4.2). Bags of other types hold neither keys nor certificates. */
  async #takeBags(safeContents: Asn1): Promise<void> {
    for (const bag of childrenOf(safeContents)) {
      const [typeValue, value] = childrenOf(bag)
      const type = oidOf(typeValue)
      if (type === bags.key) this.contents.keys.push(enclosedIn(value).whole)
      else if (type === bags.shroudedKey) await this.#takeShroudedKey(enclosedIn(value))
      else if (type === bags.certificate) this.#takeCertificate(enclosedIn(value))
      else if (type === bags.nested) await this.#takeBags(enclosedIn(value))
    }
  }

  /** One unreadable key is no reason to refuse the others. */
  async #takeShroudedKey(value: Asn1): Promise<void> {
    try {
      const key = await decryptKey(value, this.#opening)
      if (key === undefined) throw this.#closed()
      this.contents.keys.push(key)
    } catch (error) {
      if (!(error instanceof CertificateFault)) throw error
      this.contents.keyFaults.push(error)
    }
  }

  #takeCertificate(value: Asn1): void {
    const [type, content] = childrenOf(value)
    if (oidOf(type) === bags.x509) this.contents.certificates.push(octetsOf(enclosedIn(content)))
  }
}

function wrongPassword(password: string | undefined): CertificateFault {
  return password === undefined
    ? new CertificateFault('the PKCS#12 is protected by a password', 'Pass certificatePassword.', undefined, 'password')
    : new CertificateFault(
        'certificatePassword does not open the PKCS#12',
        'Check the password.',
        undefined,
        'password',
      )
}

function anotherPassword(): CertificateFault {
  return new CertificateFault(
    'certificatePassword fits the MAC of the PKCS#12, but a part of it has a different password',
    'Export it again with one password.',
    undefined,
    'password',
  )
}
