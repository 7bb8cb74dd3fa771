import type { Env } from '../runtime/environment.ts'
import type { ToolHost } from '../runtime/process/tools.ts'
import type { ToolLocation } from './tool-location.ts'

/** How long tokens are kept if no file shows that the account was switched, in milliseconds. */
const unseenMs = 60_000

/**
 * Which account a tool uses, as far as its profile file shows without being opened: the configured folder, and the
 * file's time, size and identity. This is called with every `getToken`, so it reads no content and never waits.
 */
export class Profile {
  readonly #location: ToolLocation
  readonly #env: Env
  readonly #host: ToolHost
  readonly #now: () => number
  #start = 0

  constructor(location: ToolLocation, env: Env, host: ToolHost, now: () => number) {
    this.#location = location
    this.#env = env
    this.#host = host
    this.#now = now
  }

  /** A string that changes with every sign-in, or every minute if there is no such file. */
  current(): string {
    const stamp = this.stamp()
    if (stamp !== undefined) return stamp
    const now = this.#now()
    // A clock that was set back also starts a new minute.
    if (now >= this.#start + unseenMs || now < this.#start) this.#start = now
    return `unseen since ${this.#start}`
  }

  /** Whether the tool has such a file at all, whether it exists now or not. */
  get hasFile(): boolean {
    return this.#location.profiles(this.#env, this.#host.platform).length > 0
  }

  /** The stamps of the files, or `undefined` if the required one does not exist. */
  stamp(): string | undefined {
    const { platform, look } = this.#host
    const [first, ...others] = this.#location.profiles(this.#env, platform)
    const main = first === undefined ? undefined : look(first)
    if (main === undefined) return undefined
    let stamp = `${first} ${main.stamp}`
    for (const path of others) stamp += ` ${path} ${look(path)?.stamp}`
    return stamp
  }
}
