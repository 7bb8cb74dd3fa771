import type { TokenCredential } from 'entrada'

/** Something that a program can do with this library, in a few lines that every runtime can run. */
export interface Ability {
  /** As the table of the documentation has it. */
  name: string
  /** The table that it belongs to. */
  group: string
  /** Rejects where it is not so. */
  prove(given: Given): Promise<unknown>
  /** Runs where the environment names a proxy, on runtimes that have processes. */
  isBehindProxy?: true
}

/** What abilities are tried with: plain JSON, because it is handed to programs, pages and workers. */
export interface Given {
  authorityHost: string
  tenantId: string
  clientId: string
  clientSecret: string
  publicClientId: string
  /** What a page signs people in with: an application of its own, at an authority that lets it read answers. */
  page?: { authorityHost: string; clientId: string }
  serviceConnectionId: string
  username: string
  password: string
  redirectUri: string
  userToken: string
  certificate: GivenCertificate
  /** Where pages reach the authority that lets none of them read its answers, followed by the address. */
  gateway?: string
  /** Where the test does what only a person or the authority could: see `assistant.ts`. */
  assistant: string
  /** An authority that only the proxy reaches, and the port of that proxy on 127.0.0.1. */
  proxied: { authorityHost: string; port: number }
  /** An authority that nothing here trusts, and what would have to be trusted. */
  stranger: { authorityHost: string; ca: string }
  /** Environments of hosts, tools and pipelines, by name. */
  envs: Readonly<Record<string, Record<string, string>>>
  /** Files with the certificate, and a folder of this run's own. */
  files: { pem: string; folder: string }
}

/** A certificate of the app's, in the forms that people have. What is binary is base64. */
interface GivenCertificate {
  /** With its key. */
  pem: string
  /** Without. */
  publicPem: string
  encryptedPem: string
  pkcs12: string
  /** Of the last two. */
  password: string
  pkcs8: string
  spki: string
}

/** The abilities of one table. */
export function abilitiesOf(group: string, proofs: Readonly<Record<string, Ability['prove']>>): Ability[] {
  return Object.entries(proofs).map(([name, prove]) => ({ group, name, prove }))
}

/** Makes a credential, gets a token, and closes it. */
export function gets(make: (given: Given) => Closable): Ability['prove'] {
  return (given) => tokenOf(make(given))
}

interface Closable extends TokenCredential {
  close(): Promise<void>
}

export async function tokenOf(credential: Closable, scope: string = newScope()): Promise<string> {
  try {
    const access = await credential.getToken(scope)
    check(access !== null && access.token.split('.').length === 3, 'what came is not a token')
    return access?.token ?? ''
  } finally {
    await credential.close()
  }
}

/** A scope that nobody has asked for yet: its token is in no cache. */
export function newScope(): string {
  return `https://${crypto.randomUUID()}.example/.default`
}

/** Has the test do something: see `assistant.ts`. */
export async function ask({ assistant }: Given, what: string): Promise<string> {
  const answer = await fetch(`${assistant}/${what}`)
  const text = await answer.text()
  if (!answer.ok) throw new Error(`the test answered ${answer.status} to ${what}: ${text}`)
  return text
}

/** How many tokens the authority was asked for with a scope. */
export async function askedFor(given: Given, scope: string): Promise<number> {
  return Number(await ask(given, `asked/${encodeURIComponent(scope)}`))
}

export function check(condition: boolean, otherwise: string): void {
  if (!condition) throw new Error(otherwise)
}

/** The error that a promise rejects with. */
export async function failure(promise: Promise<unknown>): Promise<Error> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error as Error,
  )
  if (outcome === undefined) throw new Error('it did not reject')
  return outcome
}

/** What the library says, in another way than by its errors, of what it can't do here. */
export class Told extends Error {}

export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
}
