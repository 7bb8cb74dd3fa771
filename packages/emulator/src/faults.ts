import { catalogued } from './aadsts.ts'

/** What goes wrong with one request. Without `status`, `body`, `redirect` and `aadsts` the normal answer is sent. */
export interface Fault {
  status?: number
  /** The `Retry-After` header: seconds, or text as it is. */
  retryAfter?: number | string
  headers?: Record<string, string>
  /** Milliseconds before the answer; `close()` and the client's leaving cut them short. */
  delay?: number
  /** Sent instead of the normal body; an object as JSON. */
  body?: string | object
  /** Closes the connection without an answer. */
  drop?: boolean
  /** Announces the whole answer, sends half of it and closes the connection. */
  truncate?: boolean
  /** Which requests it is for, by path. Default: the token endpoints. */
  path?: RegExp
  /** Answers 302 (or `status`) to this address. */
  redirect?: string
  /** Answers with this code of the catalogue. */
  aadsts?: number
  /** Claims challenge that goes with `aadsts`, as JSON text. */
  claims?: string
  /** Instead of the catalogue's. */
  suberror?: string
}

/** The script of faults. */
export interface Faults {
  /** One for each of the next requests that its path fits, in order. */
  next(...faults: readonly Fault[]): void
  /** For every request that no `next` takes; `undefined` ends it. */
  always(fault: Fault | undefined): void
  clear(): void
  /** How many given to `next` are not used yet. */
  readonly pending: number
}

const TOKEN_ENDPOINT = /\/(oauth2\/(v2\.0\/)?|msi\/)token\/?$/i

/** A script, and the way to take a request's fault from it. */
export function createFaults(): { faults: Faults; take(path: string): Fault | undefined } {
  const queue: Fault[] = []
  let standing: Fault | undefined
  const faults: Faults = {
    next: (...more) => void queue.push(...more.map(checked)),
    always: (fault) => {
      standing = fault && checked(fault)
    },
    clear: () => {
      queue.length = 0
      standing = undefined
    },
    get pending() {
      return queue.length
    },
  }
  const take = (path: string): Fault | undefined => {
    const index = queue.findIndex((fault) => fits(fault, path))
    if (index >= 0) return queue.splice(index, 1)[0]
    return standing && fits(standing, path) ? standing : undefined
  }
  return { faults, take }
}

// `search`, not `test`: a pattern with the g flag would remember where it stopped.
function fits(fault: Fault, path: string): boolean {
  return path.search(fault.path ?? TOKEN_ENDPOINT) >= 0
}

/** Refuses what could only fail later, inside a request, where no test would see why. */
function checked(fault: Fault): Fault {
  if (fault.aadsts !== undefined) catalogued(fault.aadsts)
  if (fault.status !== undefined && !(fault.status >= 200 && fault.status <= 599)) {
    throw new RangeError(`faults: status ${fault.status} cannot be sent. Use 200 to 599.`)
  }
  return { ...fault }
}
