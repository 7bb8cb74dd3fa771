import { credentialFields, type DescribedCredential } from 'entrada/config'
import { usageFailure } from '../framework/failure.ts'
import { nearest } from '../framework/nearest.ts'

type Env = Readonly<Record<string, string | undefined>>

/** Where the fields of a credential come from that has nothing but its name: the variables that are usual for it. */
const usual: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ClientSecretCredential: {
    tenantId: 'AZURE_TENANT_ID',
    clientId: 'AZURE_CLIENT_ID',
    clientSecret: 'AZURE_CLIENT_SECRET',
  },
  CertificateCredential: {
    tenantId: 'AZURE_TENANT_ID',
    clientId: 'AZURE_CLIENT_ID',
    certificatePath: 'AZURE_CLIENT_CERTIFICATE_PATH',
    certificatePassword: 'AZURE_CLIENT_CERTIFICATE_PASSWORD',
  },
  // Those of AzureCLI@2 and AzurePowerShell@5 (learn.microsoft.com/azure/devops/pipelines/library/connect-to-azure).
  AzurePipelinesCredential: {
    tenantId: 'AZURESUBSCRIPTION_TENANT_ID',
    clientId: 'AZURESUBSCRIPTION_CLIENT_ID',
    serviceConnectionId: 'AZURESUBSCRIPTION_SERVICE_CONNECTION_ID',
    systemAccessToken: 'SYSTEM_ACCESSTOKEN',
  },
}

/** Fields that may be missing. */
const optional = ['certificatePassword']

/** The description of a credential that is named on the command line. Others read their variables themselves. */
export function usualDescription(credential: string, env: Env): DescribedCredential {
  checkClass(credential)
  const variables = Object.hasOwn(usual, credential) ? Object.entries(usual[credential] ?? {}) : []
  const given = variables.filter(([field, name]) => !optional.includes(field) || env[name])
  const references = given.map(([field, name]) => [field, { env: name }] as const)
  return { credential: credential as 'EnvironmentCredential', ...Object.fromEntries(references) }
}

/** Refuses a name that is close to that of a class. Any other is left to the library, which knows why a class cannot be named. */
function checkClass(given: string): void {
  const known = Object.keys(credentialFields)
  if (known.includes(given)) return
  const plain = (name: string): string => name.toLowerCase().replace(/credential$/, '')
  const near = known.find((name) => plain(name) === plain(given)) ?? nearest(given, known)
  if (near === undefined) return
  throw usageFailure(`--credential ${JSON.stringify(given.slice(0, 60))} is not known.`, `Did you mean ${near}?`)
}
