import type { DirectoryDeclaration } from './directory/declaration.ts'
import { readHosts } from './host.ts'
import type { CertificateAuthority } from './pki/certificate-authority.ts'
import type { DeviceCodeTimes } from './token/device-codes.ts'

export interface EmulatorOptions {
  /** Declared in code, or the path of a JSON file of the same shape. Default: one tenant with one app, `demo`. */
  directory?: DirectoryDeclaration | string
  /** Signs the server's certificate. Default: made at start. */
  ca?: CertificateAuthority
  /** Port of https. Default 0: any that is free. */
  port?: number
  /** Port of http. Default 0: any that is free. */
  httpPort?: number
  /** Address to listen on. Default `127.0.0.1`. */
  hostname?: string
  /** Lets `hostname` be other than a loopback address, so that other machines can reach the emulator. Default false. */
  allowNonLoopback?: boolean
  /** Host names it answers to besides loopback's, also named in its certificate. */
  hosts?: readonly string[]
  /**
   * Whose tokens these claim to be. `'local'` (default): the emulator's own. `'public-cloud'`: `https://sts.windows.net/{tenant}/`,
   * which software with hard-coded issuers, such as Azurite, insists on.
   */
  issuer?: 'local' | 'public-cloud'
  /** Base of the clock, milliseconds since the epoch. Default `Date.now`. */
  now?: () => number
  /** Life of access tokens in seconds, over Entra ID's defaults; an app's own comes first. */
  tokenLifetimeSeconds?: number
  /** `refresh_in` in seconds; an app's own comes first. */
  refreshInSeconds?: number
  /**
   * Client assertions whose `jti` was used before. `'refuse'` (default): AADSTS50012, but for MSAL, which sends one for
   * as long as it lives. `'accept'`: as Entra ID does.
   */
  replayedAssertions?: 'refuse' | 'accept'
  /**
   * `'rsa'` (default). `'quick'`: tokens that only the emulator itself can verify, made a hundred times as fast, for
   * tests with very many of them.
   */
  signatures?: 'rsa' | 'quick'
  /** How long device codes live, and how often devices may poll, in seconds. Default 900 and 5, as in Entra ID. */
  deviceCode?: { expiresInSeconds?: number; intervalSeconds?: number }
  /** The region that the instance metadata tells, such as `westus2`. Default: there is no instance metadata. */
  region?: string
}

/** The options with their defaults. */
export interface ResolvedOptions {
  directory: DirectoryDeclaration | string | undefined
  ca: CertificateAuthority | undefined
  port: number
  httpPort: number
  hostname: string
  hosts: readonly string[]
  issuer: 'local' | 'public-cloud'
  now: () => number
  replayedAssertions: 'refuse' | 'accept'
  signatures: 'rsa' | 'quick'
  region: string | undefined
  deviceCode: DeviceCodeTimes
  lifetimes: { tokenLifetimeSeconds?: number; refreshInSeconds?: number }
}

/** Checks and completes the options. Throws a `TypeError` that names the option, the fault and the mend. */
export function resolveOptions(options: EmulatorOptions): ResolvedOptions {
  const { hostname = '127.0.0.1', issuer = 'local', tokenLifetimeSeconds, refreshInSeconds } = options
  if (!isLoopbackAddress(hostname) && options.allowNonLoopback !== true) {
    throw new TypeError(
      `startEmulator: hostname ${JSON.stringify(hostname)} is not a loopback address, and anyone who reaches the emulator gets tokens. Use 127.0.0.1, or set allowNonLoopback.`,
    )
  }
  if (issuer !== 'local' && issuer !== 'public-cloud') {
    throw new TypeError(`startEmulator: issuer ${JSON.stringify(issuer)} is unknown. Use 'local' or 'public-cloud'.`)
  }
  return {
    directory: options.directory,
    ca: options.ca,
    port: port(options.port, 'port'),
    httpPort: port(options.httpPort, 'httpPort'),
    hostname,
    hosts: readHosts(options.hosts ?? []),
    issuer,
    now: options.now ?? Date.now,
    replayedAssertions: options.replayedAssertions ?? 'refuse',
    signatures: options.signatures ?? 'rsa',
    region: region(options.region),
    deviceCode: {
      expiresInSeconds: seconds(options.deviceCode?.expiresInSeconds ?? 900, 'deviceCode.expiresInSeconds'),
      intervalSeconds: seconds(options.deviceCode?.intervalSeconds ?? 5, 'deviceCode.intervalSeconds'),
    },
    lifetimes: {
      ...(tokenLifetimeSeconds === undefined
        ? {}
        : { tokenLifetimeSeconds: seconds(tokenLifetimeSeconds, 'tokenLifetimeSeconds') }),
      ...(refreshInSeconds === undefined ? {} : { refreshInSeconds: seconds(refreshInSeconds, 'refreshInSeconds') }),
    },
  }
}

function isLoopbackAddress(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
}

function port(value: number | undefined, name: string): number {
  if (value === undefined) return 0
  if (Number.isInteger(value) && value >= 0 && value <= 65_535) return value
  throw new TypeError(`startEmulator: ${name} ${value} is not a port. Use 0 to 65535; 0 takes any that is free.`)
}

function region(value: string | undefined): string | undefined {
  if (value === undefined || /^[a-z][a-z0-9-]*$/.test(value)) return value
  throw new TypeError(
    `startEmulator: region ${JSON.stringify(value)} is not the name of a region. Write it like westus2.`,
  )
}

function seconds(value: number, name: string): number {
  if (Number.isInteger(value) && value > 0) return value
  throw new TypeError(`startEmulator: ${name} ${value} is not a number of seconds. Use a whole number above zero.`)
}
