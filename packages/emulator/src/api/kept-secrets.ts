import type { DirectoryDeclaration } from '../directory/declaration.ts'
import { defaultDirectory } from '../directory/load.ts'
import { type CertificateAuthority, createCertificateAuthority } from '../pki/certificate-authority.ts'
import { createSigningKey, loadSigningKey, type SavedSigningKey, type SigningKey } from '../pki/signing-key.ts'
import type { Kept } from '../primitives/kept.ts'
import { authorityOfFile, keptAuthority } from './authority-file.ts'
import type { ResolvedOptions } from './options.ts'

/** The default directory, whose generated secrets are kept. */
export function keptDefaultDirectory(kept: Kept): DirectoryDeclaration {
  const directory: DirectoryDeclaration = kept.part('default directory', () => directory) ?? defaultDirectory()
  return directory
}

/** The key that was kept under a name, or a new one. */
export async function keptSigningKey(name: string, kept: Kept): Promise<SigningKey> {
  let saved: SavedSigningKey | undefined = kept.part(name, () => saved)
  if (saved) return loadSigningKey(saved)
  const key = await createSigningKey()
  saved = await key.save()
  kept.changed()
  return key
}

/** The authority that the options name, or else the one that was kept, or else a new one. */
export async function authorityOf({ ca: given, state }: ResolvedOptions, kept: Kept): Promise<CertificateAuthority> {
  if (given !== undefined) return typeof given === 'string' ? authorityOfFile(given) : given
  if (state === undefined) return createCertificateAuthority()
  let ca: CertificateAuthority | undefined = kept.part('authority', () => ca)
  ca = await keptAuthority(ca)
  return ca
}
