import type { Emulator } from '../src/index.ts'
import { type ParsedForm, parse } from './html-forms.ts'

/** What a page shows to a program: its text, and its forms. */
export interface Shown {
  status: number
  /** Where the browser is sent, if it is. */
  location: URL | undefined
  title: string
  text: string
  html: string
  headers: Headers
  /** Each with its fields, hidden ones included, and where it goes. */
  forms: ParsedForm[]
  /** Those of the first form. */
  action: string
  fields: Record<string, string>
}

/** A browser without a window: it keeps cookies, fills in forms, and follows nothing. */
export interface Browser {
  open(path: string, init?: RequestInit): Promise<Shown>
  /** Sends a form of the page it is at, the first or that of an action, with these fields filled in. */
  submit(fields: Record<string, string>, headers?: Record<string, string>, action?: string): Promise<Shown>
  /** The page it is at. */
  readonly at: Shown | undefined
  cookie: string
}

export function openBrowser(emulator: Pick<Emulator, 'url' | 'fetch'>, base: string = emulator.url): Browser {
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
    submit: (fields, headers = {}, action = at?.forms[0]?.action ?? '') => {
      const form = at?.forms.find((each) => each.action === action)
      return open(action, { method: 'POST', body: new URLSearchParams({ ...form?.fields, ...fields }), headers })
    },
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
  const parsed = parse(html)
  return {
    status: response.status,
    location: location === null ? undefined : new URL(location, 'http://nowhere.invalid'),
    headers: response.headers,
    html,
    ...parsed,
    action: parsed.forms[0]?.action ?? '',
    fields: parsed.forms[0]?.fields ?? {},
  }
}
