import { makeCertificate, makePkcs12 } from '../../../entrada/test/certificates/make-certificate.ts'
import { type Case, file, pod, proxy, tool, withCertificate } from './stage.ts'

const day = 86_400_000
const other = '99999999-9999-4999-8999-999999999999'

/** Thirty misconfigurations of our own. */
export const ownCases: readonly Case[] = [
  {
    name: 'nothing is set up',
    code: 'no-credential',
    not: 'environment-incomplete',
    prepare: () => ({ env: {} }),
  },
  {
    name: 'a secret that is empty, as of a pipeline without it',
    code: 'environment-incomplete',
    not: 'secret-wrong',
    prepare: ({ variables }) => ({ env: { ...variables, AZURE_CLIENT_SECRET: '' } }),
  },
  {
    name: 'AZURE_TENANTID',
    code: 'variable-misspelt',
    not: 'environment-incomplete',
    prepare: ({ variables: { AZURE_TENANT_ID, ...rest } }) => ({ env: { ...rest, AZURE_TENANTID: AZURE_TENANT_ID } }),
  },
  {
    name: 'AZURE_CLIENT_KEY, as old tools had it',
    code: 'variable-misspelt',
    not: 'variable-quoted',
    prepare: ({ variables: { AZURE_CLIENT_SECRET, ...rest } }) => ({
      env: { ...rest, AZURE_CLIENT_KEY: AZURE_CLIENT_SECRET },
    }),
  },
  {
    name: 'Terraform’s variables alone',
    code: 'arm-variables-only',
    not: 'az login',
    prepare: ({ variables: { AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET } }) => ({
      env: { ARM_TENANT_ID: AZURE_TENANT_ID, ARM_CLIENT_ID: AZURE_CLIENT_ID, ARM_CLIENT_SECRET: AZURE_CLIENT_SECRET },
    }),
  },
  {
    name: 'quotation marks around the secret, from docker --env-file',
    code: 'variable-quoted',
    not: 'secret-wrong',
    prepare: ({ variables }) => ({
      env: { ...variables, AZURE_CLIENT_SECRET: `"${variables.AZURE_CLIENT_SECRET}"` },
    }),
  },
  {
    name: 'quotation marks around the tenant',
    code: 'variable-quoted',
    not: 'tenant-malformed',
    prepare: ({ variables }) => ({ env: { ...variables, AZURE_TENANT_ID: `'${variables.AZURE_TENANT_ID}'` } }),
  },
  {
    name: 'a blank before the secret',
    code: 'variable-whitespace',
    not: 'secret-wrong',
    prepare: ({ variables }) => ({ env: { ...variables, AZURE_CLIENT_SECRET: ` ${variables.AZURE_CLIENT_SECRET}` } }),
  },
  {
    name: 'two line breaks after the secret, from a file of Windows',
    code: 'variable-whitespace',
    not: 'secret-wrong',
    prepare: ({ variables }) => ({
      env: { ...variables, AZURE_CLIENT_SECRET: `${variables.AZURE_CLIENT_SECRET}\r\n\r\n` },
    }),
  },
  {
    name: 'a reference that the pipeline did not replace',
    code: 'variable-placeholder',
    not: 'secret-wrong',
    prepare: ({ variables }) => ({ env: { ...variables, AZURE_CLIENT_SECRET: '$(clientSecret)' } }),
  },
  {
    name: 'tenant and secret in each other’s place',
    code: 'tenant-secret-swapped',
    not: 'S3cret',
    prepare: ({ variables }) => ({
      env: {
        ...variables,
        AZURE_TENANT_ID: variables.AZURE_CLIENT_SECRET,
        AZURE_CLIENT_SECRET: variables.AZURE_TENANT_ID,
      },
    }),
  },
  {
    name: 'tenant and client in each other’s place',
    code: 'tenant-client-swapped',
    not: 'tenant-not-found',
    prepare: ({ variables }) => ({
      env: { ...variables, AZURE_TENANT_ID: variables.AZURE_CLIENT_ID, AZURE_CLIENT_ID: variables.AZURE_TENANT_ID },
    }),
  },
  {
    name: 'the name of the app in place of its id',
    code: 'client-id-malformed',
    not: 'app-not-found',
    prepare: ({ variables }) => ({ env: { ...variables, AZURE_CLIENT_ID: 'expense-reports' } }),
  },
  {
    name: 'a percent-encoded secret',
    code: 'secret-encoded',
    not: 'expired',
    prepare: ({ variables }) => ({
      env: { ...variables, AZURE_CLIENT_SECRET: variables.AZURE_CLIENT_SECRET?.replace('~', '%7E') },
    }),
  },
  {
    name: 'AZURE_TOKEN_CREDENTIALS=production',
    code: 'token-credentials-unknown',
    not: 'secret-wrong',
    prepare: ({ variables }) => ({ env: { ...variables, AZURE_TOKEN_CREDENTIALS: 'production' } }),
  },
  {
    name: 'AZURE_TOKEN_CREDENTIALS=dev beside an application’s secret',
    code: 'token-credentials-cannot-work',
    not: 'secret-wrong',
    prepare: ({ variables }) => ({ env: { ...variables, AZURE_TOKEN_CREDENTIALS: 'dev' } }),
  },
  {
    name: 'IDENTITY_ENDPOINT without IDENTITY_HEADER',
    code: 'identity-endpoint-incomplete',
    not: 'az login',
    prepare: async ({ emulator }) => {
      const { env } = await emulator.managedIdentity({ host: 'app-service' })
      return { env: { IDENTITY_ENDPOINT: env.IDENTITY_ENDPOINT } }
    },
  },
  {
    name: 'the IDENTITY_HEADER of before the restart',
    code: 'identity-refused',
    not: 'identity-not-assigned',
    prepare: async ({ emulator }) => {
      const { env } = await emulator.managedIdentity({ host: 'app-service' })
      return { env: { ...env, IDENTITY_HEADER: 'd0e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5' } }
    },
  },
  {
    name: 'the authority with a token endpoint’s path',
    code: 'authority-malformed',
    not: 'dns-failed',
    prepare: ({ variables }) => ({
      env: { ...variables, AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token' },
    }),
  },
  {
    name: 'a misspelt authority',
    code: 'authority-unknown',
    not: 'dns-failed',
    prepare: ({ variables }) => ({
      env: { ...variables, AZURE_AUTHORITY_HOST: 'https://login.microsoftonlin.com' },
    }),
  },
  {
    name: 'an authority at a port where nobody listens',
    code: 'connection-failed',
    not: 'dns-failed',
    prepare: ({ variables }) => ({ env: { ...variables, AZURE_AUTHORITY_HOST: 'https://localhost:9' } }),
  },
  {
    name: 'a proxy that is gone',
    code: 'proxy-unreachable',
    not: 'dns-failed',
    prepare: ({ variables: { AZURE_AUTHORITY_HOST: _, ...rest } }) => ({
      env: { ...rest, HTTPS_PROXY: 'http://127.0.0.1:9' },
    }),
  },
  {
    name: 'NODE_EXTRA_CA_CERTS with a file that is not there',
    code: 'ca-file-unreadable',
    not: 'tls-issuer-unknown',
    prepare: ({ variables, untrusted, folder }) => ({
      env: { ...variables, AZURE_AUTHORITY_HOST: untrusted.url, NODE_EXTRA_CA_CERTS: `${folder}/missing.pem` },
    }),
  },
  {
    name: 'an authority whose certificate is for another host',
    code: 'tls-name-mismatch',
    not: 'tls-issuer-unknown',
    prepare: async ({ variables: { AZURE_AUTHORITY_HOST: _, ...rest }, emulator }) => ({
      env: { ...rest, HTTPS_PROXY: await proxy(200, Number(new URL(emulator.url).port)) },
    }),
  },
  {
    name: 'a federated token that nobody renewed',
    code: 'federated-token-expired',
    not: 'clock-skew',
    prepare: async (stage) => {
      const env = await pod(stage)
      const claims = { iss: 'https://issuer.example', sub: 'system:serviceaccount:shop:api', exp: 1_700_000_000 }
      const token = `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`
      return { env: { ...env, AZURE_FEDERATED_TOKEN_FILE: await file(stage, 'token', token) } }
    },
  },
  {
    name: 'a token file that is empty',
    code: 'federated-token-file-empty',
    not: 'federation-',
    prepare: async (stage) => ({
      env: { ...(await pod(stage)), AZURE_FEDERATED_TOKEN_FILE: await file(stage, 'token', '\n') },
    }),
  },
  {
    name: 'a service account in another namespace, with what the app trusts at hand',
    code: 'federation-subject',
    not: 'federation-audience',
    prepare: async (stage) => {
      const trusted = { name: 'shop', issuer: '', subject: '', audiences: ['api://AzureADTokenExchange'] }
      const env = await pod(stage, ({ issuer, ...rest }) => {
        Object.assign(trusted, { issuer, subject: 'system:serviceaccount:shop-dev:api' })
        return { ...rest, issuer, subject: trusted.subject }
      })
      const input = JSON.stringify([{ ...trusted, name: 'other', subject: 'repo:contoso/shop' }, trusted])
      return { env, args: ['--trusts', await file(stage, 'trusts.json', input)] }
    },
  },
  {
    name: 'a certificate that has expired',
    code: 'certificate-expired',
    not: 'certificate-not-registered',
    prepare: async (stage) => ({ env: await withCertificate(stage, { notAfter: new Date(Date.now() - day) }) }),
  },
  {
    name: 'a PKCS#12 file with another password',
    code: 'certificate-password',
    not: 'certificate-not-registered',
    prepare: async (stage) => {
      const env = await withCertificate(stage)
      const path = await file(stage, 'app.pfx', makePkcs12(makeCertificate(), 'right'))
      return { env: { ...env, AZURE_CLIENT_CERTIFICATE_PATH: path, AZURE_CLIENT_CERTIFICATE_PASSWORD: 'wrong' } }
    },
  },
  {
    name: 'the key of another certificate',
    code: 'certificate-key-mismatch',
    not: 'certificate-not-registered',
    prepare: async (stage) => {
      const env = await withCertificate(stage)
      const pem = `${makeCertificate().privateKey}${makeCertificate().certificate}`
      return { env: { ...env, AZURE_CLIENT_CERTIFICATE_PATH: await file(stage, 'mixed.pem', pem) } }
    },
  },
  {
    name: 'a configuration that is not JSON',
    code: 'config-invalid',
    not: 'no-credential',
    prepare: async (stage) => {
      await file(stage, '.config/entrada/config.json', '{\n  "profiles": {\n    "ci": {,}\n  }\n}\n')
      return { env: stage.variables }
    },
  },
  {
    name: 'a profile that is not there',
    code: 'profile-unknown',
    not: 'no-credential',
    prepare: async (stage) => {
      await file(
        stage,
        '.config/entrada/config.json',
        JSON.stringify({ profiles: { ci: { credential: 'AzureCliCredential' } } }),
      )
      return { env: {}, args: ['--profile', 'prod'] }
    },
  },
  {
    name: 'a profile whose secret’s variable is not set',
    code: 'profile-unusable',
    not: 'secret-wrong',
    prepare: async (stage) => {
      const { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId } = stage.variables
      const ci = { credential: 'ClientSecretCredential', tenantId, clientId, clientSecret: { env: 'CI_SECRET' } }
      await file(stage, '.config/entrada/config.json', JSON.stringify({ profiles: { ci } }))
      return { env: {} }
    },
  },
  {
    name: 'a profile that expects another tenant',
    code: 'unexpected-identity',
    not: 'tenant-not-found',
    prepare: async (stage) => {
      const {
        AZURE_TENANT_ID: tenantId,
        AZURE_CLIENT_ID: clientId,
        AZURE_AUTHORITY_HOST: authorityHost,
      } = stage.variables
      const clientSecret = { env: 'CI_SECRET' }
      const ci = {
        credential: 'ClientSecretCredential',
        tenantId,
        clientId,
        clientSecret,
        authorityHost,
        expect: { tenantId: other },
      }
      await file(stage, '.config/entrada/config.json', JSON.stringify({ profiles: { ci } }))
      return { env: { CI_SECRET: stage.variables.AZURE_CLIENT_SECRET } }
    },
  },
  {
    name: 'an authority that answers with a captive portal’s page',
    code: 'authority-strange',
    not: 'secret-wrong',
    prepare: ({ emulator, variables }) => {
      emulator.faults.always({ path: /./, body: '<html>Welcome to the hotel</html>' })
      return { env: variables }
    },
  },
  {
    name: 'an authority that never answers',
    code: 'authority-silent',
    not: 'dns-failed',
    prepare: ({ emulator, variables }) => {
      emulator.faults.always({ path: /./, delay: 30_000 })
      return { env: variables, args: ['--timeout', '2s'] }
    },
  },
  {
    name: 'az, whose account has to sign in again',
    code: 'tool-not-signed-in',
    not: 'tool-not-found',
    prepare: async (stage) => ({
      env: {
        PATH: await tool(stage, 'az', {
          code: 1,
          errors: 'ERROR: AADSTS50076: Due to a configuration change you must use multi-factor authentication.\n',
        }),
        AZURE_TOKEN_CREDENTIALS: 'AzureCliCredential',
      },
    }),
  },
  {
    name: 'a token file that is not mounted',
    code: 'federated-token-file-unreadable',
    not: 'federation-',
    prepare: async (stage) => ({
      env: { ...(await pod(stage)), AZURE_FEDERATED_TOKEN_FILE: `${stage.folder}/missing/token` },
    }),
  },
  {
    name: 'a token file with the JSON of an answer in it',
    code: 'federated-token-malformed',
    not: 'federation-',
    prepare: async (stage) => ({
      env: { ...(await pod(stage)), AZURE_FEDERATED_TOKEN_FILE: await file(stage, 'token', '{"value":"eyJ"}') },
    }),
  },
  {
    name: 'a certificate that is valid from tomorrow on',
    code: 'certificate-not-yet-valid',
    not: 'certificate-expired',
    prepare: async (stage) => {
      const env = await withCertificate(stage, { notBefore: new Date(Date.now() + day) })
      // The emulator looks at the end of a certificate alone.
      stage.emulator.updateApp('app', { refuse: 700027 })
      return { env }
    },
  },
  {
    name: 'HTTPS_PROXY with the address of a SOCKS proxy',
    code: 'proxy-malformed',
    not: 'dns-failed',
    prepare: ({ variables: { AZURE_AUTHORITY_HOST: _, ...rest } }) => ({
      env: { ...rest, HTTPS_PROXY: 'socks5://127.0.0.1:1080' },
    }),
  },
  {
    name: 'a managed identity on a machine that has none',
    code: 'identity-host-unreachable',
    not: 'identity-not-assigned',
    prepare: () => ({ env: {}, args: ['--credential', 'ManagedIdentityCredential'] }),
  },
  {
    name: 'an az that is broken',
    code: 'tool-failed',
    not: 'tool-not-signed-in',
    prepare: async (stage) => ({
      env: { PATH: await tool(stage, 'az', { code: 1, errors: 'ModuleNotFoundError: No module named azure\n' }) },
      args: ['--credential', 'AzureCliCredential'],
    }),
  },
  {
    name: 'a scope without /.default',
    code: 'scope-malformed',
    not: 'resource-not-found',
    prepare: ({ variables }) => ({ env: variables, args: ['--scope', 'https://graph.microsoft.com/User.Read'] }),
  },
  {
    name: 'the audience of another cloud',
    code: 'federation-audience',
    not: 'federation-subject',
    prepare: async (stage) => ({
      env: await pod(stage, (trusted) => ({ ...trusted, audience: 'api://AzureADTokenExchangeUSGov' })),
    }),
  },
]
