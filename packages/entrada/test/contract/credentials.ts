import {
  ChainedTokenCredential,
  ClientSecretCredential,
  DefaultAzureCredential,
  type EntradaCredential,
  EnvironmentCredential,
  type TokenCredentialOptions,
} from 'entrada'
import { clientId, recognisableSecret, tenantId } from '../world.ts'

/** One credential under the contract. */
export interface Row {
  name: string
  /** Makes it with these options, which hold the environment that signs it in. */
  create(options: TokenCredentialOptions & { additionallyAllowedTenants?: string[] }): EntradaCredential
  /** The same as a program's text, for a process of its own; `entrada` is the library, the environment is set. */
  program: string
  /** Name of the credential that the token comes from. */
  winner: string
}

/** Every credential. Each of the contract's sentences holds for each. */
export const credentials: readonly Row[] = [
  {
    name: 'ClientSecretCredential',
    create: (options) => new ClientSecretCredential(tenantId, clientId, recognisableSecret, options),
    program:
      'new entrada.ClientSecretCredential(process.env.AZURE_TENANT_ID, process.env.AZURE_CLIENT_ID, process.env.AZURE_CLIENT_SECRET)',
    winner: 'ClientSecretCredential',
  },
  {
    name: 'EnvironmentCredential',
    create: (options) => new EnvironmentCredential(options),
    program: 'new entrada.EnvironmentCredential()',
    winner: 'EnvironmentCredential',
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
  },
  {
    name: 'DefaultAzureCredential',
    create: (options) => new DefaultAzureCredential(options),
    program: 'new entrada.DefaultAzureCredential()',
    winner: 'EnvironmentCredential',
  },
]
