import { createHash } from 'node:crypto'
import { html, raw } from 'hono/html'
import { style } from './style.ts'

/** HTML in which every value has been escaped. */
export type Html = ReturnType<typeof html>

/** The ring of the brand, in a green that light and dark tabs both show. */
const favicon = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="5" fill="none" stroke="#2a9d82" stroke-width="4"/></svg>',
)}`

export interface PageParts {
  /** The title of the window and the page's only heading. */
  title: string
  content: Html
  /** The title of the window, if it says more than the heading. */
  windowTitle?: string
  status?: number
  /** A `Set-Cookie` header. */
  cookie?: string
  /** A redirect URI that the page's forms may lead to, besides the emulator. */
  leadsTo?: string
  /** A script of the page's own, inline, or the path of one of the emulator's. */
  script?: { inline: string } | { path: string }
  /** Wider than a sign-in. */
  wide?: boolean
}

/**
 * A complete page. Its policy admits only its own style and script, by their hashes, and no other site can frame it.
 */
export async function page(parts: PageParts): Promise<Response> {
  const { title, content, windowTitle = title, status = 200, cookie, script, wide } = parts
  const inline = script && 'inline' in script ? html`<script>${raw(script.inline)}</script>` : ''
  const file = script && 'path' in script ? html`<script src="${script.path}" defer></script>` : ''
  const text = await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${windowTitle} – entrada emulator</title>
<link rel="icon" href="${favicon}">
<style>${raw(style)}</style>
${file}
</head>
<body${raw(wide ? ' class="wide"' : '')}>
<header>
<p class="brand">entrada emulator</p>
<p class="notice">A local stand-in, <strong>not</strong> Microsoft Entra ID. Do not type a real password.</p>
</header>
<main>
<h1>${title}</h1>
${content}
</main>
${inline}
</body>
</html>
`
  const headers = new Headers({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store, no-cache',
    'content-security-policy': policy(parts),
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'strict-origin-when-cross-origin',
    'x-content-type-options': 'nosniff',
  })
  if (cookie !== undefined) headers.set('set-cookie', cookie)
  return new Response(String(text), { status, headers })
}

function policy({ script, leadsTo }: PageParts): string {
  const scripts = script === undefined ? "'none'" : 'inline' in script ? hashed(script.inline) : "'self'"
  return [
    "default-src 'none'",
    `style-src ${hashed(style)}`,
    `script-src ${scripts}`,
    `connect-src ${script && 'path' in script ? "'self'" : "'none'"}`,
    'img-src data:',
    `form-action 'self'${leadsTo === undefined ? '' : ` ${targets(leadsTo)}`}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ')
}

/** Browsers apply this to the redirects after a form too, and apps often redirect to another port. */
function targets(uri: string): string {
  const { origin, protocol } = new URL(uri)
  const own = /^https?:$/.test(protocol) ? origin : protocol
  return `${own} http://localhost:* https://localhost:* http://127.0.0.1:*`
}

function hashed(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

/** A page with nothing but a message, such as after a sign-out. */
export function messagePage(title: string, text: string, cookie?: string): Promise<Response> {
  return page({ title, content: html`<p role="status">${text}</p>`, ...(cookie === undefined ? {} : { cookie }) })
}
