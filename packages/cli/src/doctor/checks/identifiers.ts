import type { Check } from '../check.ts'
import type { Finding } from '../finding.ts'
import { isGuid, isPlaceholder, isTenant, looksLikeSecret, shownId } from '../shapes.ts'
import type { Subject } from '../subject.ts'

/** Whether tenant, application and secret can be what they are said to be. */
export const identifiers: Check = {
  looksAt: 'the ids of tenant and application',
  run: ({ subject }) => faultsIn(subject),
}

function faultsIn({ settings, takesPart }: Subject): Finding[] {
  const { tenantId, clientId, clientSecret } = settings
  // AD FS has no tenants, and calls its clients what it likes.
  if (tenantId?.value === 'adfs') return []
  const asksItself =
    settings.clientSecret !== undefined ||
    settings.certificatePath !== undefined ||
    settings.tokenFilePath !== undefined
  if (!asksItself && !takesPart('EnvironmentCredential') && !takesPart('GitHubActionsCredential')) return []
  if (
    tenantId !== undefined &&
    clientSecret !== undefined &&
    !isTenant(tenantId.value) &&
    isTenant(clientSecret.value)
  ) {
    return [
      {
        code: 'tenant-secret-swapped',
        severity: 'error',
        what: `${tenantId.from} and ${clientSecret.from} are in each other’s place.`,
        why: `${tenantId.from} holds ${looksLikeSecret(tenantId.value) ? 'what looks like a secret' : 'something that no tenant can be'}, and ${clientSecret.from} what a tenant looks like.`,
        change: `Exchange the two. The secret may have been logged as a tenant: make a new one.`,
        explains: [
          'tenant-malformed',
          'secret-is-id',
          'secret-wrong',
          'tenant-not-found',
          'no-credential',
          'profile-unusable',
        ],
      },
    ]
  }
  const found: Finding[] = []
  if (tenantId !== undefined && !isTenant(tenantId.value) && !isPlaceholder(tenantId.value)) {
    found.push({
      code: 'tenant-malformed',
      severity: 'error',
      what: `${tenantId.from} cannot be a tenant: ${shownId(tenantId.value)}.`,
      why: tenantWhy(tenantId.value),
      change: 'Set it to the Directory (tenant) ID of the app’s overview in the portal.',
      run: 'az account show --query tenantId --output tsv',
      explains: ['tenant-not-found', 'no-credential', 'profile-unusable', 'refused'],
    })
  }
  if (clientId !== undefined && !isGuid(clientId.value) && !isPlaceholder(clientId.value) && asksItself) {
    found.push({
      code: 'client-id-malformed',
      severity: 'error',
      what: `${clientId.from} is not the id of an application: ${shownId(clientId.value)}.`,
      why: 'An application id is a GUID. A display name, an App ID URI or a secret is something else.',
      change: 'Set it to the Application (client) ID of the app’s overview in the portal.',
      explains: ['app-not-found', 'secret-wrong', 'refused', 'federation-subject'],
    })
  }
  return found
}

function tenantWhy(value: string): string {
  if (/^https?:/i.test(value)) return 'A tenant is its id (a GUID) or a domain, without the address of the authority.'
  if (looksLikeSecret(value)) return 'A tenant is its id (a GUID) or a domain, and this looks more like a secret.'
  return 'A tenant is its id (a GUID) or one of its domains, such as contoso.onmicrosoft.com.'
}
