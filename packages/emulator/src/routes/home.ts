import type { RouteContext } from '../service.ts'

/** `GET /`: what this is, and where its metadata is. */
export function home({ request, service }: RouteContext): Response {
  const tenants = service.directory.tenants.map((tenant) => {
    const metadata = `/${tenant.id}/v2.0/.well-known/openid-configuration`
    return `<li>${escapeHtml(tenant.name)} <code>${tenant.id}</code><br><a href="${metadata}">${escapeHtml(request.origin + metadata)}</a></li>`
  })
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
  }
  return new Response(page(tenants.join('\n')), { headers })
}

function page(tenants: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Entra ID emulator</title>
<style>
  :root { color-scheme: light dark }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 4rem auto; padding: 0 1.5rem }
  li { margin: .75rem 0; overflow-wrap: anywhere }
</style>
<h1>Entra ID emulator</h1>
<p>This is <strong>not</strong> Microsoft Entra ID. It is a local stand-in for tests and offline work; its tokens are
signed with throw-away keys and are worth nothing elsewhere.</p>
<h2>Tenants</h2>
<ul>
${tenants}
</ul>
</html>
`
}

/** Text made safe for HTML, inside and outside of quotes. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
