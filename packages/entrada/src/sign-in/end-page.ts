/** A page that a person sees: a whole document of the caller's, or a heading and a text that become one of ours. */
export type Page = { html: string } | { heading: string; text: string }

const style = `:root{color-scheme:light dark}body{margin:0;min-height:100vh;display:grid;place-items:center;
font:1.125rem/1.5 system-ui,sans-serif;background:Canvas;color:CanvasText}main{max-width:34rem;padding:2rem}
h1{font-size:1.75rem;line-height:1.2;margin:0 0 1rem}p{margin:0;overflow-wrap:anywhere}`

/** The headers of every page: it is kept nowhere, shown in no frame, and tells nobody where it was. */
const pageHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  connection: 'close',
}

/** On our own pages nothing runs and nothing is loaded. */
const ownPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** The document and its headers. Texts are escaped, whoever wrote them; the caller's document is the caller's affair. */
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
