import { appService } from './app-service.ts'
import { cloudShell } from './cloud-shell.ts'
import type { FamilyName } from './family.ts'
import { imds } from './imds.ts'
import { oidcRequest } from './oidc-request.ts'

/** What a program is, as far as it matters for where it looks for an endpoint. */
export const purposes = ['sdk', 'az', 'terraform', 'imds', 'cloud-shell', 'oidc'] as const
export type Purpose = (typeof purposes)[number]

interface PurposeVariables {
  /** The family that its clients speak. */
  family: FamilyName
  /** What it reads, for an endpoint at `http://host:port`. */
  variables(origin: string, secret: string): Record<string, string>
}

const byPurpose: Readonly<Record<Purpose, PurposeVariables>> = {
  sdk: { family: 'app-service', variables: newAppService },
  az: {
    family: 'app-service',
    // az before 2.70 reads the old names, and these only where it takes itself to be in App Service.
    variables: (origin, secret) => ({
      ...newAppService(origin, secret),
      MSI_ENDPOINT: `${origin}${appService.path}`,
      MSI_SECRET: secret,
      APPSETTING_WEBSITE_SITE_NAME: 'entrada',
    }),
  },
  terraform: {
    family: 'imds',
    variables: (origin, secret) => ({ ARM_USE_MSI: 'true', ARM_MSI_ENDPOINT: `${origin}/${secret}${imds.path}` }),
  },
  imds: {
    family: 'imds',
    variables: (origin, secret) => ({ AZURE_POD_IDENTITY_AUTHORITY_HOST: `${origin}/${secret}` }),
  },
  'cloud-shell': {
    family: 'cloud-shell',
    variables: (origin, secret) => ({ MSI_ENDPOINT: `${origin}/${secret}${cloudShell.path}` }),
  },
  oidc: {
    family: 'oidc',
    // Clients append their parameters with an ampersand: the address has to have one already.
    variables: (origin, secret) => {
      const url = `${origin}${oidcRequest.path}?api-version=2.0`
      return {
        ARM_USE_OIDC: 'true',
        ARM_OIDC_REQUEST_URL: url,
        ARM_OIDC_REQUEST_TOKEN: secret,
        ACTIONS_ID_TOKEN_REQUEST_URL: url,
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: secret,
      }
    },
  },
}

function newAppService(origin: string, secret: string): Record<string, string> {
  return { IDENTITY_ENDPOINT: `${origin}${appService.path}`, IDENTITY_HEADER: secret }
}

/** The family that programs of this kind speak. */
export function familyOf(purpose: Purpose): FamilyName {
  return byPurpose[purpose].family
}

/** What a program of this kind has to find in its environment. */
export function variablesFor(purpose: Purpose, origin: string, secret: string): Record<string, string> {
  return byPurpose[purpose].variables(origin, secret)
}

/**
 * Variables by which a program would get a token another way: the other families', and the credentials that
 * `DefaultAzureCredential` and Terraform prefer to a managed identity. Secrets among them need not reach the program any more.
 */
const otherWays = [
  'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
  'ACTIONS_ID_TOKEN_REQUEST_URL',
  'APPSETTING_WEBSITE_SITE_NAME',
  'ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID',
  'ARM_CLIENT_CERTIFICATE',
  'ARM_CLIENT_CERTIFICATE_PASSWORD',
  'ARM_CLIENT_CERTIFICATE_PATH',
  'ARM_CLIENT_SECRET',
  'ARM_CLIENT_SECRET_FILE_PATH',
  'ARM_MSI_ENDPOINT',
  'ARM_OIDC_AZURE_SERVICE_CONNECTION_ID',
  'ARM_OIDC_REQUEST_TOKEN',
  'ARM_OIDC_REQUEST_URL',
  'ARM_OIDC_TOKEN',
  'ARM_OIDC_TOKEN_FILE_PATH',
  'ARM_USE_AKS_WORKLOAD_IDENTITY',
  'ARM_USE_CLI',
  'ARM_USE_MSI',
  'ARM_USE_OIDC',
  'AZURE_CLIENT_CERTIFICATE_PASSWORD',
  'AZURE_CLIENT_CERTIFICATE_PATH',
  'AZURE_CLIENT_SECRET',
  'AZURE_FEDERATED_TOKEN_FILE',
  'AZURE_KUBERNETES_CA_DATA',
  'AZURE_KUBERNETES_CA_FILE',
  'AZURE_KUBERNETES_SNI_NAME',
  'AZURE_KUBERNETES_TOKEN_PROXY',
  'AZURE_PASSWORD',
  'AZURE_POD_IDENTITY_AUTHORITY_HOST',
  'AZURE_TOKEN_CREDENTIALS',
  'AZURE_USERNAME',
  'IDENTITY_ENDPOINT',
  'IDENTITY_HEADER',
  'IDENTITY_SERVER_THUMBPRINT',
  'IMDS_ENDPOINT',
  'MSI_ENDPOINT',
  'MSI_SECRET',
  'SYSTEM_OIDCREQUESTURI',
]

/** Ids that a program would ask an endpoint for; with an assertion it signs in as the app that they name. */
const whom = ['ARM_CLIENT_ID', 'ARM_CLIENT_ID_FILE_PATH', 'AZURE_CLIENT_ID', 'DEFAULT_IDENTITY_CLIENT_ID']

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The environment of a program of this kind: the inherited one without what would lead it elsewhere, and the variables of an
 * endpoint at `http://host:port`.
 */
export function environmentFor(
  purpose: Purpose,
  inherited: Environment,
  endpoint: { origin: string; secret: string },
): Environment {
  const gone = new Set([...otherWays, ...(purpose === 'oidc' ? [] : whom)])
  // Windows takes names in any case; elsewhere no program reads these in another.
  const kept = Object.entries(inherited).filter(([name]) => !gone.has(name.toUpperCase()))
  const { origin, secret } = endpoint
  return { ...Object.fromEntries(kept), ...withoutProxy(inherited), ...variablesFor(purpose, origin, secret) }
}

/** Some programs ask a proxy for addresses of this machine too, and would send it the secret. */
function withoutProxy(inherited: Environment): Environment {
  const hasProxy = Object.entries(inherited).some(([name, value]) => /^(https?|all)_proxy$/i.test(name) && value)
  if (!hasProxy) return {}
  const named = inherited.no_proxy || inherited.NO_PROXY
  const list = [...(named ? [named] : []), 'localhost', '127.0.0.1'].join(',')
  return { no_proxy: list, NO_PROXY: list }
}
