import { isProcess } from './which-runtime.ts'

/** A window that a page opened. */
export interface Popup {
  /** Also true of a window whose page has cut it off from its opener (Cross-Origin-Opener-Policy). */
  readonly closed: boolean
  /** Throws while it shows another site. */
  readonly location: { readonly href: string }
  close(): void
}

/** Strings by name, kept as long as the tab is open. */
export interface PageStorage {
  readonly length: number
  key(index: number): string | null
  getItem(name: string): string | null
  setItem(name: string, text: string): void
  removeItem(name: string): void
}

/** A named channel between the pages of one origin in one browser. */
export interface PageChannel {
  post(message: string): void
  close(): void
}

/** What a credential needs of the web page that it is in. */
export interface Page {
  /** What the address bar shows, fragment included. */
  address(): string
  /** Shows another address of this origin, without loading it and without adding to the history. */
  replaceAddress(url: string): void
  /** Goes to another page. */
  leaveFor(url: string): void
  /** `undefined` if the browser blocks it. */
  openPopup(url: string): Popup | undefined
  /** Closes this window, if a script opened it. */
  close(): void
  /** Throws if the browser does not allow storage. */
  storage(): PageStorage
  channel(name: string, listen: (message: unknown) => void): PageChannel
  /** Calls back about 20 times a second. Returns a function that stops it. */
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

/** Whether this is a web page: it has a document, and is no process. Loads nothing. */
export function isPage(): boolean {
  return typeof (globalThis as { document?: unknown }).document === 'object' && !isProcess()
}

/** Whether this is a worker in a browser, an extension's service worker say: servers' workers have no such function. */
export function isBrowserWorker(): boolean {
  return typeof (globalThis as { importScripts?: unknown }).importScripts === 'function' && !isProcess()
}

/** How often a window is checked, in milliseconds. */
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
