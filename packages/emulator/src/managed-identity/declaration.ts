/** A managed identity as a test declares it. All ids have defaults, which depend only on `name`. */
export interface IdentityFields {
  /** Its name in `distort` and in messages. Default `system` or `identity-N`. */
  name?: string
  /** GUID. */
  clientId?: string
  /** GUID of its service principal, the `oid` of its tokens. */
  objectId?: string
  /** Its Azure Resource Manager id, the `xms_mirid` of its tokens. */
  resourceId?: string
  /** A declared tenant, by id or domain. Default: the first. */
  tenantId?: string
}

/** An identity of a host: `'system'` is the system-assigned one; objects without `system` are user-assigned. */
export type IdentityDeclaration =
  | 'system'
  | (IdentityFields & {
      /** Whether it is the system-assigned one. Default false. */
      system?: boolean
    })

/**
 * How `expires_on` is written: as seconds, in a string or a number, or in the form of other host versions and clouds.
 */
export type ExpiresOnFormat =
  | 'seconds'
  | 'number'
  | 'milliseconds'
  | 'iso'
  /** `1/2/2027 3:04:05 PM +00:00` */
  | 'us-12-hour'
  /** `01/02/2027 15:04:05 +00:00` */
  | 'us-24-hour'

/** What is wrong, or merely unusual, about a host's responses. */
export interface Distortion {
  /** Name or client id of the identity whose ids the response states; the token is still that of the requested one. */
  identity?: string
  /** Name or client id of the identity that gets every token, whichever was requested; the response states its ids. */
  tokenOf?: string
  /** The response's `resource`, derived from the requested one. */
  resource?: (asked: string) => string
  /** How the response writes `expires_on`. */
  expiresOn?: ExpiresOnFormat
  /** Fields that replace those of the response; `undefined` removes one. */
  fields?: Readonly<Record<string, unknown>>
  /** Azure Arc: the `WWW-Authenticate` header, derived from the path of a new key file; `undefined` sends none. */
  challenge?: (keyFile: string) => string | undefined
  /** Azure Arc: always answers 401, whatever the client sends. */
  keepsChallenging?: boolean
}

interface CommonOptions {
  /** Default: one system-assigned identity. */
  identities?: readonly IdentityDeclaration[]
  /** Lifetime of its tokens in seconds. Default: one day. */
  tokenLifetimeSeconds?: number
  /** How long the host returns the same token for an identity and resource. Default: half its lifetime; 0: never. */
  cacheSeconds?: number
  /** The response's `refresh_in` in seconds, which Azure's own hosts do not send. */
  refreshInSeconds?: number
  /** What its responses are like from the start. Default: as they should be. */
  distortion?: Distortion
}

/** The instance metadata service of a virtual machine. */
export interface ImdsOptions extends CommonOptions {
  /** Which host it is. */
  host: 'imds'
  /** Answers 429 above this, by the emulator's clock. `true`: 20 requests a second and 5 at a time. Default false. */
  rateLimit?:
    | boolean
    | {
        /** Requests a second. Default 20. */
        perSecond?: number
        /** Requests at the same time. Default 5. */
        concurrent?: number
      }
}

/** The versions of App Service's token endpoint. */
export type AppServiceApiVersion = '2017-09-01' | '2019-08-01' | '2025-03-30'

/** App Service, Functions and Container Apps. */
export interface AppServiceOptions extends CommonOptions {
  /** Which host it is. */
  host: 'app-service'
  /** The versions it supports. Default: all three. */
  apiVersions?: readonly AppServiceApiVersion[]
}

/** What a host with only a system-assigned identity does when another is requested. */
export type SelectorPolicy = 'refuse' | 'ignore'

/** The agent of an Arc-enabled server. */
export interface AzureArcOptions extends CommonOptions {
  /** Which host it is. */
  host: 'azure-arc'
  /** Where key files are written; created if it does not exist. */
  keyDirectory: string
  /** The path of the same folder as clients with another file system see it. Default: `keyDirectory`. */
  shownKeyDirectory?: string
  /** `'ignore'`, as old agents do: the response is for the system-assigned identity. Default `'refuse'`. */
  userAssigned?: SelectorPolicy
}

/** The token service of a Service Fabric cluster, over TLS with a self-signed certificate. */
export interface ServiceFabricOptions extends CommonOptions {
  /** Which host it is. */
  host: 'service-fabric'
}

/** A compute of Azure Machine Learning. */
export interface MachineLearningOptions extends CommonOptions {
  /** Which host it is. */
  host: 'machine-learning'
}

/** Azure Cloud Shell. */
export interface CloudShellOptions extends CommonOptions {
  /** Which host it is. */
  host: 'cloud-shell'
  /** The only resources it issues tokens for. Default: all. */
  audiences?: readonly string[]
}

/** A pod with workload identity: its identity is user-assigned and trusts the pod's service account. */
export interface AksOptions {
  /** Which host it is. */
  host: 'aks'
  /** One, user-assigned; or one whose `clientId` is that of a declared app. */
  identities?: readonly IdentityDeclaration[]
  /** Default `workload`. */
  serviceAccount?: string
  /** Default `default`. */
  namespace?: string
  /** Where the service account's token is written, readable by this user only. Default: a folder of its own. */
  tokenFile?: string
}

/** A host with managed identities: which, and what it is like. */
export type ManagedIdentityOptions =
  | ImdsOptions
  | AppServiceOptions
  | AzureArcOptions
  | ServiceFabricOptions
  | MachineLearningOptions
  | CloudShellOptions
  | AksOptions
