/** A managed identity as a test declares it. All ids have defaults, which are the same for the same `name`. */
export interface IdentityFields {
  /** Names it in `distort` and messages. Default `system`, or `identity-N`. */
  name?: string
  /** GUID. */
  clientId?: string
  /** Of its service principal: a GUID, and the `oid` of its tokens. */
  objectId?: string
  /** Of Azure Resource Manager, and the `xms_mirid` of its tokens. */
  resourceId?: string
  /** A declared tenant, by id or domain. Default: the first. */
  tenantId?: string
}

/** An identity of a host: `'system'` is the system-assigned one; all without `system` are user-assigned. */
export type IdentityDeclaration = 'system' | (IdentityFields & { system?: boolean })

/** How `expires_on` is written: text or a number of seconds, and what hosts of other days and clouds write. */
export type ExpiresOnFormat =
  | 'seconds'
  | 'number'
  | 'milliseconds'
  | 'iso'
  /** `1/2/2027 3:04:05 PM +00:00` */
  | 'us-12-hour'
  /** `01/02/2027 15:04:05 +00:00` */
  | 'us-24-hour'

/** What is wrong, or only unusual, about a host's answers. */
export interface Distortion {
  /** Name or client id of the identity whose ids the answer tells; the token stays that of the one asked for. */
  identity?: string
  /** Name or client id of the identity that every token is of, whichever is asked for; the answer tells its ids. */
  tokenOf?: string
  /** The answer's `resource`, made from the one asked for. */
  resource?: (asked: string) => string
  expiresOn?: ExpiresOnFormat
  /** Fields of the answer, in place of its own; `undefined` leaves one out. */
  fields?: Readonly<Record<string, unknown>>
  /** Azure Arc: the `WWW-Authenticate` header as it is sent, made from the path of a fresh key file; `undefined` sends none. */
  challenge?: (keyFile: string) => string | undefined
  /** Azure Arc: answers 401 whatever it is shown. */
  keepsChallenging?: boolean
}

interface CommonOptions {
  /** Default: one that is system-assigned. */
  identities?: readonly IdentityDeclaration[]
  /** Life of its tokens in seconds. Default a day. */
  tokenLifetimeSeconds?: number
  /** How long the host gives the same token again for the same identity and resource. Default half its life; 0 never. */
  cacheSeconds?: number
  /** The answer's `refresh_in` in seconds, which the hosts of Azure do not send. */
  refreshInSeconds?: number
  distortion?: Distortion
}

/** The instance metadata service of a virtual machine. */
export interface ImdsOptions extends CommonOptions {
  host: 'imds'
  /** Answers 429 above this, by the emulator's clock. `true`: 20 requests a second and 5 at a time. Default false. */
  rateLimit?: boolean | { perSecond?: number; concurrent?: number }
}

export type AppServiceApiVersion = '2017-09-01' | '2019-08-01' | '2025-03-30'

/** App Service, Functions and Container Apps. */
export interface AppServiceOptions extends CommonOptions {
  host: 'app-service'
  /** The versions it knows. Default all three. */
  apiVersions?: readonly AppServiceApiVersion[]
}

/** What a host that has a system-assigned identity alone does when asked for another. */
export type SelectorPolicy = 'refuse' | 'ignore'

/** The agent of an Arc-enabled server. */
export interface AzureArcOptions extends CommonOptions {
  host: 'azure-arc'
  /** Where key files are written; made if it is not there. */
  keyDirectory: string
  /** The same folder as clients see it, for those with a file system of their own. Default `keyDirectory`. */
  shownKeyDirectory?: string
  /** `'ignore'`, as old agents do: the answer is for the system-assigned identity. Default `'refuse'`. */
  userAssigned?: SelectorPolicy
}

/** The token service of a Service Fabric cluster, over TLS with a certificate that it signed itself. */
export interface ServiceFabricOptions extends CommonOptions {
  host: 'service-fabric'
}

/** A compute of Azure Machine Learning. */
export interface MachineLearningOptions extends CommonOptions {
  host: 'machine-learning'
}

export interface CloudShellOptions extends CommonOptions {
  host: 'cloud-shell'
  /** The only resources it has tokens for. Default: every one. */
  audiences?: readonly string[]
}

/** A pod with workload identity: its identity is user-assigned and trusts the pod's service account. */
export interface AksOptions {
  host: 'aks'
  /** One, user-assigned; or one whose `clientId` is that of a declared app. */
  identities?: readonly IdentityDeclaration[]
  /** Default `workload`. */
  serviceAccount?: string
  /** Default `default`. */
  namespace?: string
  /** Where the service account's token is written, for this user alone. Default: a folder of its own. */
  tokenFile?: string
}

export type ManagedIdentityOptions =
  | ImdsOptions
  | AppServiceOptions
  | AzureArcOptions
  | ServiceFabricOptions
  | MachineLearningOptions
  | CloudShellOptions
  | AksOptions
