import { canListen } from './can-listen.ts'

/** A window that a page opened. */
export interface Popup {
  /** Also true of one that shows a page which takes it away from its opener (Cross-Origin-Opener-Policy). */
  readonly closed: boolean
  /** Throws while it shows another site. */
  readonly location: { readonly href: string }
  close(): void
}

/** Texts by name that last as long as the tab. */
export interface PageStorage {
  readonly length: number
  key(index: number): string | null
  getItem(name: string): string | null
  setItem(name: string, text: string): void
  removeItem(name: string): void
}

/** A way between the pages of one origin in one browser, by name. */
export interface PageChannel {
  post(message: string): void
  close(): void
}

/** What a credential needs of the web page that it is in. */
export interface Page {
  /** What the address bar shows, fragment included. */
  address(): string
  /** Shows another address of this origin there, without loading it and without a step in the history. */
  replaceAddress(url: string): void
  /** Leaves for another page. */
  leaveFor(url: string): void
  /** `undefined` where the browser does not allow it. */
  openPopup(url: string): Popup | undefined
  /** Closes this window, if a script opened it. */
  close(): void
  /** Throws where the browser allows none. */
  storage(): PageStorage
  channel(name: string, listen: (message: unknown) => void): PageChannel
  /** Calls back some 20 times a second. Returns what ends it. */
  watch(callback: () => void): () => void
}

/** The parts of a browser's window that are used. */
interface Window {
  location: { href: string; assign(url: string): void }
  history: { state: unknown; replaceState(state: unknown, unused: string, url: string): void }
  sessionStorage: PageStorage
  screenX: number
  screenY: number
  outerWidth: number
  outerHeight: number
  open(url: string, target: string, features: string): Popup | null
  close(): void
}

/** Whether this is a web page: it has a document, and can't listen on a port. Loads nothing. */
export function isPage(): boolean {
  return typeof (globalThis as { document?: unknown }).document === 'object' && !canListen()
}

/** How often a window is looked at, in milliseconds. */
const lookInterval = 50

const popupSize = { width: 483, height: 600 }

/** The page that this code runs in. */
export const thisPage: Page = {
  address: () => here().location.href,
  replaceAddress: (url) => here().history.replaceState(here().history.state, '', url),
  leaveFor: (url) => here().location.assign(url),
  openPopup(url) {
    const { screenX, screenY, outerWidth, outerHeight } = here()
    const { width, height } = popupSize
    const left = Math.max(0, Math.round(screenX + (outerWidth - width) / 2))
    const top = Math.max(0, Math.round(screenY + (outerHeight - height) / 2))
    return here().open(url, '_blank', `popup,width=${width},height=${height},left=${left},top=${top}`) ?? undefined
  },
  close: () => here().close(),
  storage: () => here().sessionStorage,
  channel(name, listen) {
    const channel = new BroadcastChannel(name)
    channel.onmessage = ({ data }) => listen(data)
    return { post: (message) => channel.postMessage(message), close: () => channel.close() }
  },
  watch(callback) {
    const timer = setInterval(callback, lookInterval)
    return () => clearInterval(timer)
  },
}

function here(): Window {
  return globalThis as unknown as Window
}
