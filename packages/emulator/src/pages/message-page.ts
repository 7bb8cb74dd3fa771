import { html } from 'hono/html'
import { page } from './page.ts'

/** A page that only tells: a sign-in on a device, a sign-out. */
export function messagePage(title: string, text: string, cookie?: string): Promise<Response> {
  return page({ title, content: html`<p role="status">${text}</p>`, ...(cookie === undefined ? {} : { cookie }) })
}
