/** What is known of variables, for checks of names and values. */

/** Variables whose values are secrets, and are never shown. */
export const secretVariables: readonly string[] = [
  'AZURE_CLIENT_SECRET',
  'AZURE_CLIENT_CERTIFICATE_PASSWORD',
  'AZURE_PASSWORD',
  'IDENTITY_HEADER',
  'MSI_SECRET',
]

/** What credentials of an application or a workload read. */
export const applicationVariables: readonly string[] = [
  'AZURE_TENANT_ID',
  'AZURE_CLIENT_ID',
  'AZURE_CLIENT_SECRET',
  'AZURE_CLIENT_CERTIFICATE_PATH',
  'AZURE_CLIENT_CERTIFICATE_PASSWORD',
  'AZURE_FEDERATED_TOKEN_FILE',
  'AZURE_AUTHORITY_HOST',
  'AZURE_USERNAME',
  'AZURE_PASSWORD',
  'AZURE_TOKEN_CREDENTIALS',
]

/** All whose values are looked at. */
export const lookedAt: readonly string[] = [
  ...applicationVariables,
  'IDENTITY_ENDPOINT',
  'IDENTITY_HEADER',
  'MSI_ENDPOINT',
  'MSI_SECRET',
  'AZURE_POD_IDENTITY_AUTHORITY_HOST',
]

/** Names that other tools, older SDKs and habit have for the same things. */
export const otherNames: Readonly<Record<string, string>> = {
  AZURE_TENANT: 'AZURE_TENANT_ID',
  AZURE_DIRECTORY_ID: 'AZURE_TENANT_ID',
  AZURE_AD_TENANT_ID: 'AZURE_TENANT_ID',
  AZURE_AAD_TENANT_ID: 'AZURE_TENANT_ID',
  AZURE_CLIENT: 'AZURE_CLIENT_ID',
  AZURE_APP_ID: 'AZURE_CLIENT_ID',
  AZURE_APPLICATION_ID: 'AZURE_CLIENT_ID',
  AZURE_AD_CLIENT_ID: 'AZURE_CLIENT_ID',
  AZURE_AAD_CLIENT_ID: 'AZURE_CLIENT_ID',
  AZURE_SECRET: 'AZURE_CLIENT_SECRET',
  AZURE_CLIENT_KEY: 'AZURE_CLIENT_SECRET',
  AZURE_APP_SECRET: 'AZURE_CLIENT_SECRET',
  AZURE_APPLICATION_SECRET: 'AZURE_CLIENT_SECRET',
  AZURE_CLIENT_PASSWORD: 'AZURE_CLIENT_SECRET',
  AZURE_AD_CLIENT_SECRET: 'AZURE_CLIENT_SECRET',
  AZURE_CERTIFICATE_PATH: 'AZURE_CLIENT_CERTIFICATE_PATH',
  AZURE_CLIENT_CERTIFICATE: 'AZURE_CLIENT_CERTIFICATE_PATH',
  AZURE_CLIENT_CERT_PATH: 'AZURE_CLIENT_CERTIFICATE_PATH',
  AZURE_CERTIFICATE_PASSWORD: 'AZURE_CLIENT_CERTIFICATE_PASSWORD',
  AZURE_FEDERATED_TOKEN: 'AZURE_FEDERATED_TOKEN_FILE',
  AZURE_IDENTITY_TOKEN_FILE: 'AZURE_FEDERATED_TOKEN_FILE',
  AZURE_AUTHORITY: 'AZURE_AUTHORITY_HOST',
  AZURE_AUTHORITYHOST: 'AZURE_AUTHORITY_HOST',
  TENANT_ID: 'AZURE_TENANT_ID',
  CLIENT_ID: 'AZURE_CLIENT_ID',
  CLIENT_SECRET: 'AZURE_CLIENT_SECRET',
}

/** A variable as a shell sets it, for a line to type. */
export function lineFor(name: string, value: string, platform: string): string {
  return platform === 'win32' ? `$env:${name} = '${value}'` : `export ${name}=${value}`
}
