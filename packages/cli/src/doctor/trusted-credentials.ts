/** A federated identity credential of an app registration, as `az ad app federated-credential list` prints it. */
export interface FederatedCredential {
  readonly name: string
  readonly issuer: string
  readonly subject: string
  readonly audiences: readonly string[]
}

/** Reads what `az`, Microsoft Graph or a person gives: one credential, a list of them, or `{ value: [...] }`. */
export function readTrusted(text: string): readonly FederatedCredential[] | undefined {
  try {
    const given: unknown = JSON.parse(text)
    const list = Array.isArray(given) ? given : ((given as { value?: unknown[] }).value ?? [given])
    const read = list.map(credentialIn)
    return read.length > 0 && read.every((one) => one !== undefined) ? read : undefined
  } catch {
    return undefined
  }
}

function credentialIn(value: unknown): FederatedCredential | undefined {
  const { name, issuer, subject, audiences } = Object(value) as Record<string, unknown>
  const list = Array.isArray(audiences) ? audiences : ['api://AzureADTokenExchange']
  if (typeof issuer !== 'string' || typeof subject !== 'string') return undefined
  return { name: typeof name === 'string' ? name : 'without a name', issuer, subject, audiences: list.map(String) }
}
