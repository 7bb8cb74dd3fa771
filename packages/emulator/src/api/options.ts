import type { DirectoryDeclaration } from '../directory/declaration.ts'
import type { AnsweredRequest } from '../live/seen-exchange.ts'
import type { CertificateAuthority } from '../pki/certificate-authority.ts'
import { readHosts } from '../pki/host-names.ts'
import type { DeviceCodeTimes } from '../token/device-code.ts'
import type { ClaimsHook } from '../token/token-signer.ts'

export type { AnsweredRequest } from '../live/seen-exchange.ts'

/** How an emulator is started. None is needed. */
export interface EmulatorOptions {
  /** Declared in code, or the path of a JSON file of the same shape. Default: one tenant with one app, `demo`. */
  directory?: DirectoryDeclaration | string
  /**
   * Signs the server's certificate: itself, or the path of a PEM file with its certificate and its private key, which
   * is created if it does not exist. Default: created at start.
   */
  ca?: CertificateAuthority | string
  /**
   * A folder for what outlasts the emulator: its authority, keys and ports, generated secrets, users who were added,
   * consents and codes. It is created if it does not exist; while one emulator has it, another does not start. Default:
   * nothing outlasts it.
   */
  state?: string
  /** Port for https; 0 means any free port. Default: with `state` the previous port, otherwise 0. */
  port?: number
  /** Port for http, likewise. */
  httpPort?: number
  /** Address to listen on. Default `127.0.0.1`. */
  hostname?: string
  /**
   * Allows a `hostname` that is not a loopback address, so that other machines can reach the emulator. Default false.
   */
  allowNonLoopback?: boolean
  /**
   * Names and addresses that it answers to, in addition to loopback; its certificate names them too. A `*` as the first
   * label stands for any.
   */
  hosts?: readonly string[]
  /**
   * The issuer that tokens name. `'local'` (default): the emulator's own. `'public-cloud'`:
   * `https://sts.windows.net/{tenant}/`, which software with hard-coded issuers, such as Azurite, insists on.
   */
  issuer?: 'local' | 'public-cloud'
  /** Base of the clock, milliseconds since the epoch. Default `Date.now`. */
  now?: () => number
  /** Lifetime of access tokens in seconds, instead of Entra ID's default; an app's own value wins. */
  tokenLifetimeSeconds?: number
  /** `refresh_in` in seconds; an app's own value wins. */
  refreshInSeconds?: number
  /**
   * What happens to client assertions whose `jti` was used before. `'refuse'` (default): AADSTS50012, except for MSAL,
   * which reuses an assertion while it is valid. `'accept'`: as Entra ID does.
   */
  replayedAssertions?: 'refuse' | 'accept'
  /**
   * `'rsa'` (default). `'quick'`: tokens that only the emulator itself can verify, signed a hundred times as fast, for
   * tests that need very many.
   */
  signatures?: 'rsa' | 'quick'
  /**
   * Changes a token's claims before it is signed: it receives the claims and what the token is for, and returns other
   * claims or nothing.
   */
  claims?: ClaimsHook
  /** Lifetime of device codes and polling interval, in seconds. Default 900 and 5, as in Entra ID. */
  deviceCode?: {
    /** How long a device code is valid, in seconds. Default 900. */
    expiresInSeconds?: number
    /** How long a program has to wait between two polls, in seconds. Default 5. */
    intervalSeconds?: number
  }
  /** The region that the instance metadata reports, such as `westus2`. Default: no instance metadata. */
  region?: string
  /** Called for every request that was answered, with a description that contains no secrets. It must not throw. */
  onRequest?: (request: AnsweredRequest) => void
}

/** The options with their defaults. */
export interface ResolvedOptions {
  directory: DirectoryDeclaration | string | undefined
  ca: CertificateAuthority | string | undefined
  state: string | undefined
  port: number | undefined
  httpPort: number | undefined
  hostname: string
  hosts: readonly string[]
  issuer: 'local' | 'public-cloud'
  now: () => number
  replayedAssertions: 'refuse' | 'accept'
  signatures: 'rsa' | 'quick'
  claims: ClaimsHook | undefined
  region: string | undefined
  onRequest: ((request: AnsweredRequest) => void) | undefined
  deviceCode: DeviceCodeTimes
  lifetimes: { tokenLifetimeSeconds?: number; refreshInSeconds?: number }
}

/** What is wrong with an option, and what to do about it. */
export class InvalidOption extends TypeError {
  readonly option: string
  readonly fault: string
  readonly remedy: string

  constructor(option: string, fault: string, remedy: string) {
    super(`startEmulator: ${option} ${fault}. ${remedy}`)
    this.option = option
    this.fault = fault
    this.remedy = remedy
  }
}

/** Checks and completes the options. Throws a `TypeError` that names the option, the fault and the remedy. */
export function resolveOptions(options: EmulatorOptions): ResolvedOptions {
  const { hostname = '127.0.0.1', issuer = 'local', tokenLifetimeSeconds, refreshInSeconds } = options
  if (!isLoopbackAddress(hostname) && options.allowNonLoopback !== true) {
    throw new InvalidOption(
      'hostname',
      `${JSON.stringify(hostname)} is not a loopback address, and anyone who reaches the emulator gets tokens`,
      'Use 127.0.0.1, or allow it: allowNonLoopback: true, --allow-non-loopback.',
    )
  }
  if (issuer !== 'local' && issuer !== 'public-cloud') {
    throw new InvalidOption('issuer', `${JSON.stringify(issuer)} is unknown`, "Use 'local' or 'public-cloud'.")
  }
  return {
    directory: options.directory,
    ca: options.ca,
    state: options.state,
    port: port(options.port, 'port'),
    httpPort: port(options.httpPort, 'httpPort'),
    hostname,
    hosts: readHosts(options.hosts ?? [], 'startEmulator'),
    issuer,
    now: options.now ?? Date.now,
    replayedAssertions: options.replayedAssertions ?? 'refuse',
    signatures: options.signatures ?? 'rsa',
    claims: options.claims,
    region: region(options.region),
    onRequest: options.onRequest,
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

function port(value: number | undefined, name: string): number | undefined {
  if (value === undefined) return undefined
  if (Number.isInteger(value) && value >= 0 && value <= 65_535) return value
  throw new InvalidOption(name, `${value} is not a port`, 'Use 0 to 65535; 0 chooses a free port.')
}

function region(value: string | undefined): string | undefined {
  if (value === undefined || /^[a-z][a-z0-9-]*$/.test(value)) return value
  throw new InvalidOption('region', `${JSON.stringify(value)} is not the name of a region`, 'Write it as westus2.')
}

function seconds(value: number, name: string): number {
  if (Number.isInteger(value) && value > 0) return value
  throw new InvalidOption(name, `${value} is not a number of seconds`, 'Use a positive integer.')
}
