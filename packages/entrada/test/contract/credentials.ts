import {
  AuthorizationCodeCredential,
  AzureCliCredential,
  AzureDeveloperCliCredential,
  AzurePipelinesCredential,
  AzurePowerShellCredential,
  CertificateCredential,
  ChainedTokenCredential,
  ClientAssertionCredential,
  ClientCertificateCredential,
  ClientSecretCredential,
  DefaultAzureCredential,
  DeviceCodeCredential,
  type EntradaCredential,
  EnvironmentCredential,
  GitHubActionsCredential,
  InteractiveBrowserCredential,
  ManagedIdentityCredential,
  OnBehalfOfCredential,
  SharedTokenCacheCredential,
  type TokenCredentialOptions,
  UsernamePasswordCredential,
  useIdentityPlugin,
  VisualStudioCodeCredential,
  WorkloadIdentityCredential,
} from 'entrada'
import {
  clientId,
  password,
  publicClientId,
  recognisableSecret,
  redirectUri,
  serviceConnectionId,
  tenantId,
  user,
} from '../app.ts'
import { copyOfCache, signedInHome } from '../msal/shared-cache.ts'
import { signInAt } from '../sign-in/person.ts'
import { withoutMachine } from '../without-machine.ts'
import type { World } from '../world.ts'
import { assertionOf } from './assertion.ts'
import { registerBroker } from './http-broker.mjs'
import { installedTools, withoutProcess } from './installed-tools.ts'
import { signedInVisualStudioCode } from './signed-in-visual-studio-code.ts'

/** One credential under the contract. */
export interface Row {
  name: string
  /** Makes it in a world, with options that hold the environment which signs it in, this row's `env` included. */
  create(options: TokenCredentialOptions & { additionallyAllowedTenants?: string[] }, world: World): EntradaCredential
  /** The same as a program's text, for a process of its own; `entrada` is the library, the environment is set. */
  program: string
  /** What its environment holds besides the app's variables. */
  env?: (world: World) => Record<string, string> | Promise<Record<string, string>>
  /** Name of the credential that the token comes from. */
  winner: string
  /** Its proof holds in one tenant: in another it asks, and is refused. */
  isOfOneTenant?: true
  /**
   * It asks a tool or a broker, which has its own way with its server: it passes no Retry-After on. Whether it takes
   * claims, and whether it is told to ask for revocable tokens, which it otherwise does as it likes.
   */
  tool?: { takesClaims: boolean; takesCae?: true }
  /**
   * It asks a host for the identity that is assigned there, which has one tenant. The host's protocol knows neither tenants
   * nor claims: it is told of a token that was revoked.
   */
  isOfHost?: true
  /** What a server could repeat of it, if that is known beforehand. */
  secret?: (world: World, env: Record<string, string>) => string
}

const app = 'process.env.AZURE_TENANT_ID, process.env.AZURE_CLIENT_ID'

/** Every credential. Each of the contract's sentences holds for each. */
export const credentials: readonly Row[] = [
  {
    name: 'ClientSecretCredential',
    create: (options) => new ClientSecretCredential(tenantId, clientId, recognisableSecret, options),
    program: `new entrada.ClientSecretCredential(${app}, process.env.AZURE_CLIENT_SECRET)`,
    winner: 'ClientSecretCredential',
    secret: () => recognisableSecret,
  },
  {
    name: 'CertificateCredential',
    create: (options, { certificate }) =>
      new CertificateCredential(tenantId, clientId, { certificate: certificate.pem }, options),
    program: `new entrada.CertificateCredential(${app}, { certificate: process.env.TEST_CERTIFICATE })`,
    env: ({ certificate }) => ({ TEST_CERTIFICATE: certificate.pem }),
    winner: 'CertificateCredential',
  },
  {
    name: 'ClientCertificateCredential',
    create: (options, { certificate }) =>
      new ClientCertificateCredential(tenantId, clientId, { certificate: certificate.pem }, options),
    program: `new entrada.ClientCertificateCredential(${app}, { certificate: process.env.TEST_CERTIFICATE })`,
    env: ({ certificate }) => ({ TEST_CERTIFICATE: certificate.pem }),
    winner: 'ClientCertificateCredential',
  },
  {
    name: 'ClientAssertionCredential',
    create: (options, world) => new ClientAssertionCredential(tenantId, clientId, () => assertionOf(world), options),
    program: `new entrada.ClientAssertionCredential(${app}, async () => (await fetch(process.env.CONTROL + 'assertion')).text())`,
    winner: 'ClientAssertionCredential',
    isOfOneTenant: true,
  },
  {
    name: 'OnBehalfOfCredential',
    create: (options, { userToken: userAssertionToken }) =>
      new OnBehalfOfCredential({
        tenantId,
        clientId,
        clientSecret: recognisableSecret,
        userAssertionToken,
        ...options,
      }),
    program: `new entrada.OnBehalfOfCredential({ tenantId: process.env.AZURE_TENANT_ID, clientId: process.env.AZURE_CLIENT_ID,
      clientSecret: process.env.AZURE_CLIENT_SECRET, userAssertionToken: process.env.TEST_USER_TOKEN })`,
    env: ({ userToken }) => ({ TEST_USER_TOKEN: userToken }),
    winner: 'OnBehalfOfCredential',
    isOfOneTenant: true,
    secret: () => recognisableSecret,
  },
  {
    name: 'AuthorizationCodeCredential',
    create: (options, world) =>
      new AuthorizationCodeCredential(tenantId, clientId, recognisableSecret, world.code(), redirectUri, options),
    program: `new entrada.AuthorizationCodeCredential(${app}, process.env.AZURE_CLIENT_SECRET, process.env.TEST_CODE, '${redirectUri}')`,
    env: (world) => ({ TEST_CODE: world.code() }),
    winner: 'AuthorizationCodeCredential',
    isOfOneTenant: true,
    secret: () => recognisableSecret,
  },
  {
    name: 'WorkloadIdentityCredential',
    create: (options) => new WorkloadIdentityCredential(options),
    program: 'new entrada.WorkloadIdentityCredential()',
    env: async ({ emulator }) => {
      const account = { serviceAccount: 'app', namespace: 'test', app: 'app', lifetimeSeconds: 30 * 86_400 }
      return (await emulator.kubernetes(account)).env
    },
    winner: 'WorkloadIdentityCredential',
  },
  {
    name: 'AzurePipelinesCredential',
    create: (options) =>
      new AzurePipelinesCredential(
        tenantId,
        clientId,
        serviceConnectionId,
        options.host?.env?.SYSTEM_ACCESSTOKEN as string,
        options,
      ),
    program: `new entrada.AzurePipelinesCredential(${app}, '${serviceConnectionId}', process.env.SYSTEM_ACCESSTOKEN)`,
    env: ({ emulator }) => emulator.pipelines({ serviceConnectionId, app: 'app' }).env,
    winner: 'AzurePipelinesCredential',
  },
  {
    name: 'GitHubActionsCredential',
    create: (options) => new GitHubActionsCredential(options),
    program: 'new entrada.GitHubActionsCredential()',
    env: ({ emulator }) =>
      emulator.githubActions({ repository: 'octo/shop', environment: 'production', app: 'app' }).env,
    winner: 'GitHubActionsCredential',
  },
  {
    name: 'AzureCliCredential',
    create: (options) => new AzureCliCredential({ ...withoutProcess(options), tenantId }),
    program: 'new entrada.AzureCliCredential({ tenantId: process.env.AZURE_TENANT_ID })',
    env: installedTools,
    winner: 'AzureCliCredential',
    tool: { takesClaims: false },
  },
  {
    name: 'AzurePowerShellCredential',
    create: (options) => new AzurePowerShellCredential({ ...withoutProcess(options), tenantId }),
    program: 'new entrada.AzurePowerShellCredential({ tenantId: process.env.AZURE_TENANT_ID })',
    env: installedTools,
    winner: 'AzurePowerShellCredential',
    tool: { takesClaims: false },
  },
  {
    name: 'AzureDeveloperCliCredential',
    create: (options) => new AzureDeveloperCliCredential({ ...withoutProcess(options), tenantId }),
    program: 'new entrada.AzureDeveloperCliCredential({ tenantId: process.env.AZURE_TENANT_ID })',
    env: installedTools,
    winner: 'AzureDeveloperCliCredential',
    tool: { takesClaims: true },
  },
  {
    name: 'VisualStudioCodeCredential',
    create: (options) => {
      registerBroker(useIdentityPlugin, options.host?.env ?? {})
      return new VisualStudioCodeCredential(options)
    },
    program: `await (async () => {
      const { registerBroker } = await import('${new URL('http-broker.mjs', import.meta.url).href}')
      registerBroker(entrada.useIdentityPlugin, process.env)
      return new entrada.VisualStudioCodeCredential()
    })()`,
    env: signedInVisualStudioCode,
    winner: 'VisualStudioCodeCredential',
    tool: { takesClaims: true, takesCae: true },
  },
  {
    name: 'SharedTokenCacheCredential',
    // A cache of its own each time: what one test leaves there would answer the next.
    create: (options) => new SharedTokenCacheCredential({ ...options, tenantId, cachePath: copyOfCache(options) }),
    program: 'new entrada.SharedTokenCacheCredential({ tenantId: process.env.AZURE_TENANT_ID })',
    env: signedInHome,
    winner: 'SharedTokenCacheCredential',
    isOfOneTenant: true,
  },
  {
    name: 'DeviceCodeCredential',
    create: (options, { emulator }) =>
      new DeviceCodeCredential({
        ...options,
        tenantId,
        userPromptCallback: ({ userCode }) => emulator.approveDeviceCode(userCode, { user }),
      }),
    program: `new entrada.DeviceCodeCredential({ tenantId: process.env.AZURE_TENANT_ID,
      userPromptCallback: async ({ userCode }) => void (await fetch(process.env.CONTROL + 'approve/' + userCode)) })`,
    winner: 'DeviceCodeCredential',
    isOfOneTenant: true,
  },
  {
    name: 'InteractiveBrowserCredential',
    create: (options, { emulator }) =>
      new InteractiveBrowserCredential({ ...options, tenantId, openBrowser: (url) => signInAt(url, emulator) }),
    program: `new entrada.InteractiveBrowserCredential({ tenantId: process.env.AZURE_TENANT_ID,
      openBrowser: (url) => fetch(process.env.CONTROL + 'browse/' + encodeURIComponent(url)) })`,
    winner: 'InteractiveBrowserCredential',
    isOfOneTenant: true,
  },
  {
    name: 'UsernamePasswordCredential',
    create: (options) => new UsernamePasswordCredential(tenantId, publicClientId, user.username, password, options),
    program: `new entrada.UsernamePasswordCredential(process.env.AZURE_TENANT_ID, '${publicClientId}', '${user.username}',
      process.env.TEST_PASSWORD)`,
    env: () => ({ TEST_PASSWORD: password }),
    winner: 'UsernamePasswordCredential',
    isOfOneTenant: true,
    secret: () => password,
  },
  {
    name: 'ManagedIdentityCredential',
    create: (options) => new ManagedIdentityCredential(options),
    program: 'new entrada.ManagedIdentityCredential()',
    // Its tokens live as long as all the others here.
    env: async ({ emulator }) =>
      (await emulator.managedIdentity({ host: 'app-service', tokenLifetimeSeconds: 3599, cacheSeconds: 0 })).env,
    winner: 'ManagedIdentityCredential',
    isOfHost: true,
    secret: (_, { IDENTITY_HEADER = '' }) => IDENTITY_HEADER,
  },
  {
    name: 'EnvironmentCredential',
    create: (options) => new EnvironmentCredential(options),
    program: 'new entrada.EnvironmentCredential()',
    winner: 'EnvironmentCredential',
    secret: () => recognisableSecret,
  },
  {
    name: 'ChainedTokenCredential',
    create: (options) =>
      new ChainedTokenCredential(
        new EnvironmentCredential({ ...options, host: { ...options.host, env: {} } }),
        new ClientSecretCredential(tenantId, clientId, recognisableSecret, options),
      ),
    program: 'new entrada.ChainedTokenCredential(new entrada.EnvironmentCredential())',
    winner: 'ClientSecretCredential',
    secret: () => recognisableSecret,
  },
  {
    name: 'DefaultAzureCredential',
    // Refused in a tenant, it would go on to what is on this machine.
    create: (options) => new DefaultAzureCredential({ ...options, ...withoutMachine }),
    program: 'new entrada.DefaultAzureCredential()',
    winner: 'EnvironmentCredential',
    secret: () => recognisableSecret,
  },
]
