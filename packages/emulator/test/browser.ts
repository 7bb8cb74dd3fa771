import type { Emulator } from '../src/index.ts'
import { parse } from './html-forms.ts'

/** What a page shows to a program: its text, and its one form. */
export interface Shown {
  status: number
  /** Where the browser is sent, if it is. */
  location: URL | undefined
  title: string
  text: string
  html: string
  headers: Headers
  /** Fields of the page's form, hidden ones included, with where it goes. */
  action: string
  fields: Record<string, string>
}

/** A browser without a window: it keeps cookies, fills in forms, and follows nothing. */
export interface Browser {
  open(path: string, init?: RequestInit): Promise<Shown>
  /** Sends the form of the page it is at, with these fields filled in. */
  submit(fields: Record<string, string>, headers?: Record<string, string>): Promise<Shown>
  /** The page it is at. */
  readonly at: Shown | undefined
  cookie: string
}

export function openBrowser(emulator: Emulator, base: string = emulator.url): Browser {
  let at: Shown | undefined
  let cookie = ''
  const open = async (path: string, init: RequestInit = {}): Promise<Shown> => {
    const headers = new Headers(init.headers)
    if (cookie !== '') headers.set('cookie', cookie)
    const response = await emulator.fetch(new URL(path, base), { redirect: 'manual', ...init, headers })
    const kept = response.headers.get('set-cookie')
    if (kept !== null) cookie = kept.split(';')[0] ?? ''
    at = await shown(response)
    return at
  }
  return {
    open,
    submit: (fields, headers = {}) =>
      open(at?.action ?? '', { method: 'POST', body: new URLSearchParams({ ...at?.fields, ...fields }), headers }),
    get at() {
      return at
    },
    get cookie() {
      return cookie
    },
    set cookie(value) {
      cookie = value
    },
  }
}

async function shown(response: Response): Promise<Shown> {
  const html = await response.text()
  const location = response.headers.get('location')
  return {
    status: response.status,
    location: location === null ? undefined : new URL(location, 'http://nowhere.invalid'),
    headers: response.headers,
    html,
    ...parse(html),
  }
}
