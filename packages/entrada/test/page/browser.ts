import type { Page, PageChannel, PageStorage, Popup } from '../../src/runtime/page.ts'

/** Texts by name, as a tab keeps them. */
export class Storage implements PageStorage {
  readonly texts = new Map<string, string>()

  get length(): number {
    return this.texts.size
  }
  key(index: number): string | null {
    return [...this.texts.keys()][index] ?? null
  }
  getItem(name: string): string | null {
    return this.texts.get(name) ?? null
  }
  setItem(name: string, text: string): void {
    this.texts.set(name, text)
  }
  removeItem(name: string): void {
    this.texts.delete(name)
  }
}

/** A window that an app opened. Its address can be read where it is of the app's origin. */
export interface OpenedWindow {
  /** What it was opened with. */
  readonly url: string
  isClosed: boolean
  /** Shows an address; the app looks at the window after it. */
  show(address: string): void
  /** The person closes it. */
  shut(): void
  /** A page that takes the window away from the app (Cross-Origin-Opener-Policy). */
  sever(): void
  /** The same window as a page of the app sees it from within. */
  readonly page: Page
}

/** A tab of a browser, with an app in it. */
export class Tab implements Page {
  readonly opened: OpenedWindow[] = []
  readonly left: string[] = []
  readonly kept: Storage
  isClosed = false
  /** What a person's browser does with windows that open by themselves. */
  blocksWindows = false
  #shown: string
  readonly #watchers = new Set<() => void>()
  readonly #channels: Set<Channel>

  constructor(address: string, kept = new Storage(), channels = new Set<Channel>()) {
    this.#shown = address
    this.kept = kept
    this.#channels = channels
  }

  address = (): string => this.#shown
  replaceAddress = (url: string): void => {
    this.#shown = url
  }
  leaveFor = (url: string): void => void this.left.push(url)
  close = (): void => {
    this.isClosed = true
  }
  storage = (): PageStorage => this.kept

  openPopup = (url: string): Popup | undefined => {
    if (this.blocksWindows) return undefined
    const { origin } = new URL(this.#shown)
    const inside = new Tab(url, new Storage(), this.#channels)
    let isSevered = false
    const opened: OpenedWindow = {
      url,
      isClosed: false,
      page: inside,
      show: (address) => {
        inside.replaceAddress(address)
        this.look()
      },
      shut: () => {
        opened.isClosed = true
        for (let times = 0; times < 20; times++) this.look()
      },
      sever: () => {
        isSevered = true
        for (let times = 0; times < 20; times++) this.look()
      },
    }
    this.opened.push(opened)
    return {
      get closed() {
        return opened.isClosed || isSevered
      },
      get location() {
        if (new URL(inside.address()).origin !== origin) throw new Error('SecurityError')
        return { href: inside.address() }
      },
      close: () => {
        if (!isSevered) opened.isClosed = true
      },
    }
  }

  channel = (name: string, listen: (message: unknown) => void): PageChannel => {
    const channel: Channel = { name, origin: new URL(this.#shown).origin, listen }
    this.#channels.add(channel)
    return {
      post: (message) => {
        for (const other of this.#channels) {
          const isOther = other !== channel && other.name === name && other.origin === channel.origin
          if (isOther) queueMicrotask(() => this.#channels.has(other) && other.listen(message))
        }
      },
      close: () => void this.#channels.delete(channel),
    }
  }

  watch = (callback: () => void): (() => void) => {
    this.#watchers.add(callback)
    return () => void this.#watchers.delete(callback)
  }

  /** What the browser's timers do meanwhile. */
  look(): void {
    for (const callback of this.#watchers) callback()
  }

  /** Whether nothing of a sign-in goes on here any more. */
  get isQuiet(): boolean {
    return this.#watchers.size === 0 && this.#channels.size === 0
  }

  /** Says something on a channel, as any script of that origin may. */
  say(name: string, message: unknown, origin = new URL(this.#shown).origin): void {
    for (const each of this.#channels) if (each.name === name && each.origin === origin) each.listen(message)
  }

  /** The tab after it went somewhere and came to an address of the app: what it keeps stays. */
  reload(address: string): Tab {
    return new Tab(address, this.kept, this.#channels)
  }
}

interface Channel {
  name: string
  origin: string
  listen(message: unknown): void
}
