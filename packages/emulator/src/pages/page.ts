import { createHash } from 'node:crypto'
import { html, raw } from 'hono/html'
import { style } from './style.ts'

/** HTML in which every value was escaped. */
export type Html = ReturnType<typeof html>

export interface PageParts {
  /** Of the window and of the page's one heading. */
  title: string
  content: Html
  /** Of the window, where it says more than the heading. */
  windowTitle?: string
  status?: number
  /** A `Set-Cookie` header. */
  cookie?: string
  /** Where the page's forms lead, besides the emulator: a redirect URI. */
  leadsTo?: string
  /** A script of the page's own, inline, or the path of one of the emulator's. */
  script?: { inline: string } | { path: string }
  /** Wider than a sign-in. */
  wide?: boolean
}

/**
 * One page, whole. Its policy lets nothing in but its own style and the script it names, by their hashes, and no other
 * site can frame it.
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
<link rel="icon" href="data:,">
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

/** Browsers hold the redirects that follow a form to this too, and what an app redirects to is often another port. */
function targets(uri: string): string {
  const { origin, protocol } = new URL(uri)
  const own = /^https?:$/.test(protocol) ? origin : protocol
  return `${own} http://localhost:* https://localhost:* http://127.0.0.1:*`
}

function hashed(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}
