import type { Attempt, EntradaCredential, EntradaEvent, Explanation } from 'entrada'
import type { DescribedOptions } from 'entrada/config'
import type { Subject } from './subject.ts'

/** What became of the request for a token. */
export interface Trial {
  /** Name of the credential that was asked. */
  readonly credential: string
  /** Name of the credential that has a token, if one has. */
  readonly winner: string | undefined
  /** What became of each member, in order. */
  readonly attempts: readonly Attempt[]
  /** Why there is no token. */
  readonly error: Error | undefined
  /** Whether the time was up before there was an answer. */
  readonly isLate: boolean
  /** Whether the profile could not even be made: a reference leads nowhere, or a value is refused. */
  readonly isUnmade: boolean
}

interface TrialWorld {
  scope: string
  /** The outside world for the library: see `host` of its options. */
  host: object
  signal: AbortSignal
  /** Told each event, for the story. */
  onEvent?: ((event: EntradaEvent) => void) | undefined
  /** Answers in place of the network. */
  fetch?: DescribedOptions['fetch']
}

/**
 * Asks for a token, once, with what every request of a program would do, and tells what became of it. Never rejects, and does
 * not outlast the signal, whatever a keyring or a tool does.
 */
export async function tryCredential(subject: Subject, world: TrialWorld): Promise<Trial> {
  const { credential = '' } = subject
  const skipped: Attempt[] = []
  const late = new Promise<Trial>((resolve) => {
    const give = (): void => resolve({ ...nothing, credential, attempts: skipped, isLate: true })
    // Who heeds the signal has a moment to say so.
    const soon = (): unknown => setTimeout(give, 25)
    if (world.signal.aborted) soon()
    else world.signal.addEventListener('abort', soon, { once: true })
  })
  return Promise.race([tried(subject, world, skipped), late])
}

const nothing = { winner: undefined, attempts: [], error: undefined, isLate: false, isUnmade: false } as const

async function tried({ credential: name = '', make }: Subject, world: TrialWorld, skipped: Attempt[]): Promise<Trial> {
  const begun: Trial = { ...nothing, credential: name }
  if (make === undefined) return begun
  let credential: EntradaCredential
  try {
    credential = await make(await optionsFor(name, world, skipped))
  } catch (error) {
    return { ...begun, error: error as Error, isUnmade: true, attempts: attemptOf(name, error as Error, 0) }
  }
  try {
    const { winner, attempts, error } = await explained(credential, world)
    const isLate = error?.name === 'AbortError'
    return { ...begun, winner, attempts: isLate ? skipped : attempts, error, isLate }
  } finally {
    void credential.close().catch(() => undefined)
  }
}

/** Where there is an instance metadata service, it answers in a few milliseconds; the rest of the time is the tools’. */
const briefProbe: object = { managedIdentityProbeTimeoutInMs: 500 }

async function optionsFor(
  name: string,
  { host, onEvent, fetch }: TrialWorld,
  skipped: Attempt[],
): Promise<DescribedOptions & { host: object }> {
  const { memoryTokenStore } = await import('entrada/store')
  let since = performance.now()
  const isPersons = /^(?:InteractiveBrowser|DeviceCode|SharedTokenCache)Credential$/.test(name)
  return {
    host,
    disableAutomaticAuthentication: true,
    ...(fetch === undefined ? {} : { fetch }),
    // Once: what passes by itself is worth knowing too, and there is not the time for more.
    retryOptions: { maxRetries: 0 },
    // A token that was got yesterday would hide that none can be got today. A person’s sign-in is in the store.
    ...(isPersons ? {} : { tokenStore: memoryTokenStore() }),
    ...(name === 'DefaultAzureCredential' ? briefProbe : {}),
    onEvent(event) {
      onEvent?.(event)
      if (event.type !== 'credential-skipped') return
      skipped.push(...attemptOf(event.skipped, event.error as Error, performance.now() - since))
      since = performance.now()
    },
  }
}

interface Explained {
  winner: string | undefined
  attempts: readonly Attempt[]
  error: Error | undefined
}

async function explained(credential: EntradaCredential, { scope, signal }: TrialWorld): Promise<Explained> {
  const call = { abortSignal: signal }
  if ('explain' in credential) {
    const chain = credential as { explain(scope: string, options: object): Promise<Explanation> }
    const { credential: winner, attempts, error } = await chain.explain(scope, call)
    return { winner, attempts, error }
  }
  const { name } = credential
  const start = performance.now()
  try {
    await credential.getToken(scope, call)
    const milliseconds = performance.now() - start
    return { winner: name, attempts: [{ credential: name, outcome: 'token', milliseconds }], error: undefined }
  } catch (error) {
    const attempts = attemptOf(name, error as Error, performance.now() - start)
    return { winner: undefined, attempts, error: error as Error }
  }
}

function attemptOf(credential: string, error: Error, milliseconds: number): Attempt[] {
  const { reason = error.message, remedy } = error as { reason?: string; remedy?: string }
  const isRefused = error.name === 'AuthenticationError' || error.name === 'AuthenticationRequiredError'
  const outcome = isRefused ? 'refused' : 'unavailable'
  return [{ credential, outcome, milliseconds, error, reason, ...(remedy === undefined ? {} : { remedy }) }]
}
