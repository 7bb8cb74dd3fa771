import type { EntradaEvent } from 'entrada'
import type { World } from '../framework/world.ts'
import { thisHost } from '../profile/this-host.ts'
import { allChecks } from './all-checks.ts'
import { type Examination, runChecks } from './check.ts'
import { withDeadline } from './deadline.ts'
import { reachAuthority } from './reach.ts'
import { assemble, type Report } from './report.ts'
import { findSubject, type Selection } from './subject.ts'
import { tryCredential } from './trial.ts'

interface Request extends Selection {
  scope: string
  /** How long all of it may take, in milliseconds. */
  timeoutMs: number
  trusts: Examination['trusts']
  onEvent?: ((event: EntradaEvent) => void) | undefined
}

/** Looks at everything at once, for as long as it may take. */
export function examine(request: Request, world: World): Promise<Report> {
  return withDeadline(request.timeoutMs, world.signal, (signal) => examined(request, world, signal))
}

async function examined(request: Request, world: World, signal: AbortSignal): Promise<Report> {
  const { scope, trusts, onEvent } = request
  const { env, platform } = world
  const now = (): number => world.now()
  const subject = await findSubject(request, world)
  const host = { ...thisHost, env, platform, now, monotonic: () => performance.now() }
  const tried = once(() => tryCredential(subject, { scope, host, signal, onEvent }))
  const reached = once(() => reachAuthority(subject, { env, now, signal }))
  const examination: Examination = { env, platform, scope, subject, trusts, now, tried, reached, signal }
  const found = await runChecks(allChecks, examination)
  world.signal.throwIfAborted()
  return assemble(scope, subject, await tried(), found)
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let started: Promise<T> | undefined
  return () => {
    started ??= work()
    return started
  }
}
