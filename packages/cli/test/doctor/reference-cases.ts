import { type Case, file, job, pod, type Stage, tool, withCertificate } from './stage.ts'

const guide = 'https://github.com/Azure/azure-sdk-for-js/blob/main/sdk/identity/identity/TROUBLESHOOTING.md'
const reference = 'https://learn.microsoft.com/entra/identity-platform/reference-error-codes'
const issue = (path: string): string => `https://github.com/${path}`

/** Entra ID refuses with a code of the reference, in words of ours. */
function refused({ emulator }: Stage, aadsts: number, words: string, error = 'invalid_grant'): void {
  const body = { error, error_description: `AADSTS${aadsts}: ${words}`, error_codes: [aadsts] }
  emulator.faults.always({ path: /token$/, status: 400, body })
}

/** A user of the environment, whom the app takes. */
function user({ emulator, variables: { AZURE_CLIENT_SECRET: _, ...ids } }: Stage): Record<string, string> {
  emulator.updateApp('app', { publicClient: true })
  return {
    ...ids,
    AZURE_USERNAME: 'ada@contoso.onmicrosoft.com',
    AZURE_PASSWORD: 'Passw0rd~recognisable value+0123456789',
  }
}

/** Variables of a task of Azure Pipelines. */
function task({ emulator }: Stage): Record<string, string> {
  const { env } = emulator.pipelines({ serviceConnectionId: '55555555-5555-4555-8555-555555555555', app: 'app' })
  return { ...env, AZURE_AUTHORITY_HOST: emulator.url }
}

const asPipelines = ['--credential', 'AzurePipelinesCredential']

/** Twenty more, from Microsoft's reference of error codes, its guide and public threads, written down before the doctor was run. */
export const referenceCases: readonly Case[] = [
  {
    name: 'a task of Azure Pipelines that does not map System.AccessToken',
    source: `${guide}#troubleshoot-azurepipelinescredential-authentication-issues`,
    code: 'oidc-permission-missing',
    not: 'federation-',
    prepare: (stage) => ({ env: { ...task(stage), SYSTEM_ACCESSTOKEN: '' }, args: asPipelines }),
  },
  {
    name: 'a script of Azure Pipelines outside of a task with a service connection',
    source: `${guide}#troubleshoot-azurepipelinescredential-authentication-issues`,
    code: 'oidc-permission-missing',
    not: 'tenant-not-found',
    prepare: (stage) => ({ env: { ...task(stage), SYSTEM_OIDCREQUESTURI: '' }, args: asPipelines }),
  },
  {
    name: 'a service connection that the pipeline may not use',
    source: `${guide}#troubleshoot-azurepipelinescredential-authentication-issues`,
    code: 'oidc-permission-missing',
    not: 'Entra ID refused',
    prepare: (stage) => ({
      env: { ...task(stage), AZURESUBSCRIPTION_SERVICE_CONNECTION_ID: '66666666-6666-4666-8666-666666666666' },
      args: asPipelines,
    }),
  },
  {
    name: 'a job of Azure Machine Learning whose MSI_SECRET is empty',
    source: issue('Azure/azure-sdk-for-net/issues/46932'),
    code: 'identity-endpoint-incomplete',
    not: 'identity-not-assigned',
    prepare: async ({ emulator }) => {
      const { env } = await emulator.managedIdentity({ host: 'machine-learning' })
      return { env: { ...env, MSI_SECRET: '' } }
    },
  },
  {
    name: 'azd, to which nobody is signed in',
    source: `${guide}#troubleshoot-azuredeveloperclicredential-authentication-issues`,
    code: 'tool-not-signed-in',
    not: 'tool-not-found',
    prepare: async (stage) => ({
      env: {
        PATH: await tool(stage, 'azd', { code: 1, errors: 'ERROR: not logged in, run `azd auth login` to login\n' }),
      },
      args: ['--credential', 'AzureDeveloperCliCredential'],
    }),
  },
  {
    name: 'PowerShell, which is not installed',
    source: `${guide}#troubleshoot-azurepowershellcredential-authentication-issues`,
    code: 'tool-not-found',
    not: 'tool-failed',
    prepare: () => ({ env: {}, args: ['--credential', 'AzurePowerShellCredential'] }),
  },
  {
    name: 'az, whose refresh token was not used for ninety days',
    source: `${reference}#aadsts-error-codes`,
    code: 'tool-not-signed-in',
    not: 'tool-failed',
    prepare: async (stage) => ({
      env: {
        PATH: await tool(stage, 'az', {
          code: 1,
          errors: 'ERROR: AADSTS700082: The refresh token has expired due to inactivity.\n',
        }),
      },
      args: ['--credential', 'AzureCliCredential'],
    }),
  },
  {
    name: 'the object id of the app’s service principal in place of its application id',
    source: issue('Azure/login/issues/561'),
    code: 'app-not-found',
    not: 'tenant-client-swapped',
    prepare: ({ variables }) => ({ env: { ...variables, AZURE_CLIENT_ID: '4b1f0e64-2c1d-4b53-9a5e-2f1a6c1d9e77' } }),
  },
  {
    name: 'a dollar sign in the secret, and what followed it gone, as in an .env file',
    source: issue('docker/compose/issues/9661'),
    code: 'secret-wrong',
    not: 'expired',
    prepare: ({ variables }) => ({
      env: { ...variables, AZURE_CLIENT_SECRET: variables.AZURE_CLIENT_SECRET?.slice(0, 12) },
    }),
  },
  {
    name: 'a variable of the pipeline that Postman would have replaced',
    source: issue('MicrosoftDocs/powerapps-docs/issues/1379'),
    code: 'variable-placeholder',
    not: 'app-not-found',
    prepare: ({ variables }) => ({ env: { ...variables, AZURE_CLIENT_ID: '{{clientId}}' } }),
  },
  {
    name: 'a device that has to be managed (AADSTS530003)',
    source: `${reference}#aadsts-error-codes`,
    code: 'policy-blocks',
    not: 'password-wrong',
    prepare: (stage) => {
      const env = user(stage)
      refused(stage, 530003, 'Your device is required to be managed to access this resource.')
      return { env }
    },
  },
  {
    name: 'a device that has to prove itself (AADSTS50097)',
    source: `${reference}#aadsts-error-codes`,
    code: 'policy-blocks',
    not: 'password-wrong',
    prepare: (stage) => {
      const env = user(stage)
      refused(stage, 50097, 'Device authentication is required.')
      return { env }
    },
  },
  {
    name: 'a password that has expired in Active Directory (AADSTS50144)',
    source: `${reference}#aadsts-error-codes`,
    code: 'account-unusable',
    not: 'password-wrong',
    prepare: (stage) => {
      const env = user(stage)
      refused(stage, 50144, "The user's Active Directory password has expired.")
      return { env }
    },
  },
  {
    name: 'a session that a change of the password has ended (AADSTS50133)',
    source: `${reference}#aadsts-error-codes`,
    code: 'sign-in-expired',
    not: 'password-wrong',
    prepare: (stage) => {
      const env = user(stage)
      refused(stage, 50133, 'The session is not valid due to a password expiration or a recent change of it.')
      return { env }
    },
  },
  {
    name: 'an assertion that was used again an hour later (AADSTS500133)',
    source: `${reference}#aadsts-error-codes`,
    code: 'assertion-out-of-time',
    not: 'federation-',
    prepare: async (stage) => {
      const env = await pod(stage)
      refused(stage, 500133, 'The assertion is not within its valid time range.', 'invalid_client')
      return { env }
    },
  },
  {
    name: 'a directory of Entra ID that is overloaded (AADSTS90024)',
    source: `${reference}#aadsts-error-codes`,
    code: 'service-unavailable',
    not: 'secret-wrong',
    prepare: (stage) => {
      refused(
        stage,
        90024,
        'The request budget is exceeded. A transient error has occurred.',
        'temporarily_unavailable',
      )
      return { env: stage.variables }
    },
  },
  {
    name: 'a tenant of Azure Government at the authority of the public cloud (AADSTS900382)',
    source: `${reference}#aadsts-error-codes`,
    code: 'wrong-cloud',
    not: 'secret-wrong',
    prepare: (stage) => {
      refused(stage, 900382, 'Confidential Client is not supported in Cross Cloud request.', 'invalid_request')
      return { env: stage.variables }
    },
  },
  {
    name: 'a token of Entra ID itself presented as a workload’s assertion (AADSTS700222)',
    source: issue('MicrosoftDocs/azure-docs/pull/90321'),
    code: 'federation-issuer',
    not: 'federation-subject',
    prepare: async (stage) => {
      const claims = {
        iss: 'https://login.microsoftonline.com/tenant/v2.0',
        sub: 'a',
        aud: 'api://AzureADTokenExchange',
        exp: 4e9,
      }
      const token = `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`
      const env = { ...(await pod(stage)), AZURE_FEDERATED_TOKEN_FILE: await file(stage, 'token', token) }
      refused(
        stage,
        700222,
        'Tokens issued by Entra ID may not be used for federated identity flows.',
        'invalid_request',
      )
      return { env }
    },
  },
  {
    name: 'a pull request, where the app trusts the branch',
    source: issue('Azure/login/issues/379'),
    code: 'federation-subject',
    not: 'federation-case',
    prepare: (stage) => ({
      env: job(stage, (trusted) => ({ ...trusted, subject: 'repo:contoso/shop:pull_request' })),
    }),
  },
  {
    name: 'a certificate as the portal exports it, without its key',
    source: `${guide}#troubleshoot-clientcertificatecredential-authentication-issues`,
    code: 'certificate-key-mismatch',
    not: 'certificate-not-registered',
    prepare: async (stage) => {
      const env = await withCertificate(stage)
      const { certificate } = (await import('../../../entrada/test/certificates/make-certificate.ts')).makeCertificate()
      return { env: { ...env, AZURE_CLIENT_CERTIFICATE_PATH: await file(stage, 'app.cer', certificate) } }
    },
  },
]
