import type { Env } from '../runtime/host.ts'
import type { ToolHost } from '../runtime/tools.ts'
import type { ToolPlace } from './places.ts'

/** Tokens are kept no longer where no file tells that the account was switched. */
const unseenMs = 60_000

/**
 * Which account a tool has, as far as a look at its profile file tells: the folder that is configured, and the file's
 * time, size and identity. Asked with every call, so it reads nothing and waits for nothing.
 */
export class Profile {
  readonly #place: ToolPlace
  readonly #env: Env
  readonly #host: ToolHost
  readonly #now: () => number
  #start = 0

  constructor(place: ToolPlace, env: Env, host: ToolHost, now: () => number) {
    this.#place = place
    this.#env = env
    this.#host = host
    this.#now = now
  }

  /** Another text after another sign-in, and after a minute where there is no such file. */
  current(): string {
    const stamp = this.stamp()
    if (stamp !== undefined) return stamp
    const now = this.#now()
    // A clock that was set back starts a new minute too.
    if (now >= this.#start + unseenMs || now < this.#start) this.#start = now
    return `unseen since ${this.#start}`
  }

  /** Whether there is a file that tells, be it there now or not. */
  get isTold(): boolean {
    return this.#place.profiles(this.#env, this.#host.platform).length > 0
  }

  /** What the files look like, or `undefined` where the one that must be there is not. */
  stamp(): string | undefined {
    const { platform, look } = this.#host
    const [first, ...others] = this.#place.profiles(this.#env, platform)
    const main = first === undefined ? undefined : look(first)
    if (main === undefined) return undefined
    let stamp = `${first} ${main.stamp}`
    for (const path of others) stamp += ` ${path} ${look(path)?.stamp}`
    return stamp
  }
}
