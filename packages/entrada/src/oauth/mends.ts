/**
 * What to do about a refusal, by AADSTS code (Microsoft's list: "Microsoft Entra authentication and authorization error
 * codes"). Each has its heading in docs/troubleshooting.md.
 */
const byCode: Readonly<Record<number, string>> = {
  7000215: 'Copy the value of the client secret, not its id, or create a new one in the app registration.',
  7000222: 'Create a new client secret in the app registration and deploy it.',
  700016: 'Check the client id, and that the app is registered or consented to in this tenant.',
  90002: 'Check the tenant id, and that authorityHost names the cloud of the tenant.',
  900023: 'Check the tenant id: it is a GUID or a domain of the tenant.',
  500011: 'Check the scope: the resource before "/.default" must be an API of this tenant.',
  70011: 'Check the scope: it ends in "/.default" when an application asks for itself.',
  1002012: 'Use a scope that ends in "/.default" when an application asks for itself.',
  7000218: 'The app is confidential: give it a secret, a certificate or an assertion.',
  7000112: 'Enable the application in the tenant.',
  53003: 'A Conditional Access policy blocks this sign-in. An administrator can see which in the sign-in log.',
  65001: 'An administrator has to consent to the permissions of the app.',
}

/** The mend for the first code that has one, else for the kind of the error. */
export function mendFor(codes: readonly number[], error: string, statusCode: number): string | undefined {
  for (const code of codes) {
    const mend = byCode[code]
    if (mend !== undefined) return mend
  }
  if (error === 'interaction_required') return 'Sign in again with the claims of this error.'
  if (statusCode === 429) return 'Ask less often: keep one credential for the whole program.'
  if (statusCode >= 500) return 'Try again later; Entra ID reports outages at https://azure.status.microsoft.'
  return undefined
}
