/**
 * What a description of a credential may hold, as data: the check, the JSON schema and the constructor's arguments are made of
 * it. A field that only a file of the user's own may have (`ownOnly`) could send a secret away, or lay tokens open.
 */
export interface Field {
  /** `secret` is a string that is never written down: a reference to where it is kept. `record` is an authentication record. */
  readonly is: 'string' | 'secret' | 'boolean' | 'number' | 'strings' | 'record' | Fields
  /** Whether a description is refused without it. */
  readonly required?: true
  /** Whether a file of the user’s own alone may have it. */
  readonly ownOnly?: true
  /** The only values, if they are few. */
  readonly choices?: readonly string[]
  /** Whether the string is an id (a GUID), and nothing else. */
  readonly isId?: true
  /** Whether one of an object's fields has to be there. */
  readonly notEmpty?: true
  /** What it is for, in a sentence: the description in the schema. */
  readonly help: string
}

export type Fields = Readonly<Record<string, Field>>

const tenantId = { is: 'string', help: 'Id (a GUID) or domain of the tenant.' } as const
const clientId = { is: 'string', help: 'The application (client) id.' } as const
const application = { tenantId: { ...tenantId, required: true }, clientId: { ...clientId, required: true } } as const
const flag = (help: string): Field => ({ is: 'boolean', help })
const text = (help: string): Field => ({ is: 'string', help })
const milliseconds = (help: string): Field => ({ is: 'number', help })

const id = (help: string): Field => ({ is: 'string', isId: true, help })

const expected: Fields = {
  tenantId: id('Id of the tenant: claim tid.'),
  clientId: id('The application that the token was issued to: claim appid or azp.'),
  objectId: id('The user or the service principal: claim oid.'),
  username: text('The user’s name: claim upn, preferred_username or unique_name.'),
}

/** The fields of every credential. */
export const commonFields: Fields = {
  authorityHost: text('URL of the authority; default the variable AZURE_AUTHORITY_HOST, else the public cloud.'),
  expect: { is: expected, notEmpty: true, help: 'Whose tokens these must be: those of anybody else are refused.' },
  additionallyAllowedTenants: {
    is: 'strings',
    help: 'Tenants that a call may name besides the credential’s own; "*" is any.',
  },
  disableInstanceDiscovery: flag('Accepted, without effect: no discovery request is ever made.'),
  allowInsecureConnection: { ...flag('authorityHost may be http on this machine’s network.'), ownOnly: true },
  store: {
    is: 'string',
    choices: ['memory', 'system'],
    help: 'Where tokens are kept: in memory, or beyond the process (the system’s keyring by @entrada/keyring, else encrypted files). Default memory.',
  },
  storeName: text('Tells such stores apart. Default "msal.cache", which the Azure SDKs share.'),
  storeFolder: { ...text('Keeps tokens as encrypted files in this folder, in place of store.'), ownOnly: true },
  retryOptions: {
    is: {
      maxRetries: milliseconds('How often a request is repeated at most.'),
      retryDelayInMs: milliseconds('The first delay; it doubles each time.'),
      maxRetryDelayInMs: milliseconds('The longest delay.'),
    },
    help: 'How requests are repeated.',
  },
  proxyOptions: {
    is: {
      host: { ...text('Host or URL of the proxy.'), required: true },
      port: { ...milliseconds('Its port.'), required: true },
      username: text('Whom it knows.'),
      password: { is: 'secret', help: 'The password for it.' },
    },
    ownOnly: true,
    help: 'The proxy to use in place of HTTPS_PROXY.',
  },
  userAgentPrefix: text('Comes before entrada/<version> in User-Agent.'),
}

const tool: Fields = {
  tenantId: { ...tenantId, help: 'The tenant to ask in; default the tool’s own.' },
  processTimeoutInMs: milliseconds('How long the tool may take; default 10,000.'),
}
const person: Fields = {
  tenantId,
  clientId: { ...clientId, help: 'The application that the person signs in to; default the Azure CLI’s.' },
  disableAutomaticAuthentication: flag('Nobody is asked by getToken.'),
  authenticationRecord: { is: 'record', help: 'Who signed in before, as authenticate() gave it.' },
}
const managedIdentity: Fields = {
  clientId: text('Client id of a user-assigned identity. Only one of the three may be given.'),
  objectId: text('Object id of a user-assigned identity.'),
  resourceId: text('Resource id of a user-assigned identity.'),
}
const excluded = [
  ['Environment', 'GitHubActions', 'WorkloadIdentity', 'ManagedIdentity', 'SharedTokenCache', 'VisualStudioCode'],
  ['AzureCli', 'AzurePowerShell', 'AzureDeveloperCli', 'InteractiveBrowser', 'Broker'],
].flat()

/** Name of the class of a credential that can be described. */
export type CredentialName =
  | 'ClientSecretCredential'
  | 'CertificateCredential'
  | 'ClientAssertionCredential'
  | 'WorkloadIdentityCredential'
  | 'AzurePipelinesCredential'
  | 'GitHubActionsCredential'
  | 'EnvironmentCredential'
  | 'ManagedIdentityCredential'
  | 'AzureCliCredential'
  | 'AzureDeveloperCliCredential'
  | 'AzurePowerShellCredential'
  | 'VisualStudioCodeCredential'
  | 'SharedTokenCacheCredential'
  | 'InteractiveBrowserCredential'
  | 'DeviceCodeCredential'
  | 'UsernamePasswordCredential'
  | 'DefaultAzureCredential'

/** The credentials that can be described, by the name of their class, with the fields that each has besides the common ones. */
export const credentialFields: Readonly<Record<CredentialName, Fields>> = {
  ClientSecretCredential: {
    ...application,
    clientSecret: { is: 'secret', required: true, help: 'The client secret.' },
  },
  CertificateCredential: {
    ...application,
    certificatePath: { ...text('The path of a PEM or PKCS#12 file. One of the three is needed.'), ownOnly: true },
    certificate: { is: 'secret', help: 'Certificate and key as PEM.' },
    certificateBase64: { is: 'secret', help: 'A PKCS#12 or PEM file in base64, as pipelines keep it in a variable.' },
    certificatePassword: { is: 'secret', help: 'The password of the PKCS#12, or of the key in the PEM.' },
    sendCertificateChain: flag('Sends the chain with each assertion.'),
  },
  ClientAssertionCredential: {
    ...application,
    managedIdentity: {
      is: managedIdentity,
      required: true,
      help: 'The managed identity whose token is the assertion: a federated credential of the application.',
    },
  },
  WorkloadIdentityCredential: {
    tenantId: { ...tenantId, help: 'The tenant; default AZURE_TENANT_ID.' },
    clientId: { ...clientId, help: 'The application; default AZURE_CLIENT_ID.' },
    tokenFilePath: { ...text('The file with the federated token; default AZURE_FEDERATED_TOKEN_FILE.'), ownOnly: true },
    enableAzureProxy: flag('Asks through the token proxy of AKS identity binding.'),
  },
  AzurePipelinesCredential: {
    ...application,
    serviceConnectionId: { ...text('The id of the service connection.'), required: true },
    systemAccessToken: { is: 'secret', required: true, help: 'The job’s $(System.AccessToken).' },
  },
  GitHubActionsCredential: {
    tenantId: { ...tenantId, help: 'The tenant; default AZURE_TENANT_ID.' },
    clientId: { ...clientId, help: 'The application; default AZURE_CLIENT_ID.' },
  },
  EnvironmentCredential: {},
  ManagedIdentityCredential: managedIdentity,
  AzureCliCredential: { ...tool, subscription: text('Name or id of the subscription whose account is to be used.') },
  AzureDeveloperCliCredential: tool,
  AzurePowerShellCredential: tool,
  VisualStudioCodeCredential: { tenantId },
  SharedTokenCacheCredential: { tenantId, username: text('Whose tokens.'), clientId },
  InteractiveBrowserCredential: {
    ...person,
    redirectUri: text('http://localhost, with a port for a fixed one.'),
    loginHint: text('The name to sign in with.'),
    timeoutInMs: milliseconds('How long the person may take; default 300,000.'),
  },
  DeviceCodeCredential: person,
  UsernamePasswordCredential: {
    ...application,
    username: { ...text('The user’s name.'), required: true },
    password: { is: 'secret', required: true, help: 'The user’s password.' },
  },
  DefaultAzureCredential: {
    ...Object.fromEntries(
      excluded.map((name) => [
        `exclude${name}Credential`,
        flag(`Leaves ${name}Credential out, or with false puts it in.`),
      ]),
    ),
    tenantId,
    processTimeoutInMs: milliseconds('How long a developer tool may take; default 10,000.'),
    managedIdentityClientId: text('Client id of a user-assigned managed identity.'),
    managedIdentityResourceId: text('Resource id of a user-assigned managed identity.'),
    managedIdentityObjectId: text('Object id of a user-assigned managed identity.'),
    workloadIdentityClientId: text('Client id of the workload identity.'),
  },
}

/** Credentials that serve one call of many users, or one redirect: a program makes them, no file. */
export const notDescribed: readonly string[] = [
  'OnBehalfOfCredential',
  'AuthorizationCodeCredential',
  'ClientCertificateCredential',
  'ChainedTokenCredential',
]

/** A field as what it is by itself, without the type that the table gives it. */
export function fieldsOf(credential: CredentialName): Fields {
  return { ...commonFields, ...credentialFields[credential] }
}
