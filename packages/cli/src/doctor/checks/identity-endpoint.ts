import type { Check, Examination } from '../check.ts'
import type { Finding } from '../finding.ts'

/** Whether the variables of a managed identity's host come with their companions. */
export const identityEndpoint: Check = {
  looksAt: 'the variables of the managed identity’s host',
  run: ({ env, subject }) => (subject.takesPart('ManagedIdentityCredential') ? faultIn(env) : []),
}

function faultIn(env: Examination['env']): Finding[] {
  const has = (name: string): boolean => Boolean(env[name]?.trim())
  if (has('IDENTITY_ENDPOINT') && !has('IDENTITY_HEADER') && !has('IMDS_ENDPOINT')) {
    return [
      half(
        'IDENTITY_ENDPOINT is set, and IDENTITY_HEADER is not.',
        'App Service, Functions and Container Apps set both; Azure Arc sets IMDS_ENDPOINT with it.',
      ),
    ]
  }
  if (has('IDENTITY_HEADER') && !has('IDENTITY_ENDPOINT')) {
    return [half('IDENTITY_HEADER is set, and IDENTITY_ENDPOINT is not.', 'The secret alone does not say whom to ask.')]
  }
  if (has('MSI_ENDPOINT') && env.MSI_SECRET !== undefined && !has('MSI_SECRET')) {
    const why = 'Azure Machine Learning and App Service set both; the endpoint alone is that of Cloud Shell.'
    return [half('MSI_ENDPOINT is set, and MSI_SECRET is there without a value.', why)]
  }
  if (has('MSI_SECRET') && !has('MSI_ENDPOINT')) {
    return [half('MSI_SECRET is set, and MSI_ENDPOINT is not.', 'The secret alone does not say whom to ask.')]
  }
  return []
}

function half(what: string, why: string): Finding {
  return {
    code: 'identity-endpoint-incomplete',
    severity: 'error',
    what,
    why,
    concerns: ['ManagedIdentityCredential'],
    change: 'Hand on all of the platform’s variables to the process (sudo -E, env of the container), or none.',
    explains: ['no-credential', 'identity-host-unreachable', 'identity-refused', 'token-credentials-cannot-work'],
  }
}
