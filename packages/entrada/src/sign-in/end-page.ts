/** A page that a person sees: the caller's own document, or a heading and a text that are put on our page. */
export type Page = { html: string } | { heading: string; text: string }

const style = `:root{color-scheme:light dark}body{margin:0;min-height:100vh;display:grid;place-items:center;
font:1.125rem/1.5 system-ui,sans-serif;background:Canvas;color:CanvasText}main{max-width:34rem;padding:2rem}
h1{font-size:1.75rem;line-height:1.2;margin:0 0 1rem}p{margin:0;overflow-wrap:anywhere}`

/** The headers of every page: it is not cached, cannot be framed, and sends no referrer. */
const pageHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  connection: 'close',
}

/** On our own pages no script runs and nothing is loaded. */
const ownPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** The document and its headers. Texts are always escaped; the caller's own document is left as it is. */
export function renderPage(page: Page): { html: string; headers: Record<string, string> } {
  if ('html' in page) return { html: page.html, headers: { ...pageHeaders } }
  const [heading, text] = [escaped(page.heading), escaped(page.text)]
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${heading}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${heading}</h1>
<p>${text}</p>
</main>
</body>
</html>
`
  return { html, headers: { ...pageHeaders, 'content-security-policy': ownPolicy } }
}

function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  }
  return text.replace(/[&<>"']/g, (character) => entities[character] as string)
}
