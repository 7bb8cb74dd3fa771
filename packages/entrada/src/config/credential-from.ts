import type { EntradaCredential } from '../types.ts'
import { checkDescription, type DescribedOptions } from './described-credential.ts'
import type { Origin } from './fault.ts'
import type { CredentialName } from './fields.ts'
import { treeOf } from './json-tree.ts'

/** A credential as data: the name of its class, and its arguments and options by their names. */
export interface DescribedCredential {
  /** Name of its class, such as `ClientSecretCredential`. */
  credential: CredentialName
  /** See config.schema.json, or docs/configuration.md. A secret is `{ env: 'NAME' }` or `{ file: 'path' }`. */
  [field: string]: unknown
}

/** A credential, or a chain as the list of its members. */
export type CredentialDescription = DescribedCredential | readonly DescribedCredential[]

const ofProgram: Origin = { name: 'credentialFrom', isOwn: true }

/**
 * Makes the credential that a description says, and reads the variables and files that it names for secrets.
 *
 * ```ts
 * const credential = await credentialFrom([
 *   { credential: 'WorkloadIdentityCredential' },
 *   { credential: 'ClientSecretCredential', tenantId, clientId, clientSecret: { env: 'APP_SECRET' } },
 * ])
 * ```
 *
 * The description is trusted as the program's own code is. For a file that may have come with something else there is
 * `credentialFromConfig`.
 *
 * @param options - Options besides those of the description, for every member of a chain; they win.
 * @throws TypeError for the first field that is unknown, missing, of the wrong type, or a secret in plain text.
 */
export async function credentialFrom(
  description: CredentialDescription,
  options: DescribedOptions = {},
): Promise<EntradaCredential> {
  return checkDescription(treeOf(description), '', ofProgram).make(options)
}
