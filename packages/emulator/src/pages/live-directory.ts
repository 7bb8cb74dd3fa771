import { html } from 'hono/html'
import type { Directory } from '../directory/directory.ts'
import type { App, Tenant, User } from '../directory/entries.ts'
import type { Html } from './page.ts'

/** What is declared: tenants, apps and users. `origin` is scheme and host of the page's own URL. */
export function liveDirectory(directory: Directory, origin: string): Html {
  return html`<section class="card" aria-labelledby="tenants">
<h2 id="tenants">Tenants</h2>
<ul class="plain">
${directory.tenants.map((tenant) => tenantItem(tenant, origin))}
</ul>
</section>
<section class="card" aria-labelledby="apps">
<h2 id="apps">Apps</h2>
${directory.apps.length === 0 ? html`<p>None are declared.</p>` : ''}
<ul class="plain">
${directory.apps.map(appItem)}
</ul>
</section>
<section class="card" aria-labelledby="users-heading">
<h2 id="users-heading">Users</h2>
${directory.users.length === 0 ? html`<p>None yet. Add one below.</p>` : ''}
<ul class="plain">
${directory.users.map((user) => userItem(user, directory))}
</ul>
</section>`
}

function tenantItem({ id, name, domains }: Tenant, origin: string): Html {
  const metadata = `/${id}/v2.0/.well-known/openid-configuration`
  return html`<li><strong>${name}</strong> <small>${domains.join(', ')}</small><br><code>${id}</code><br><a href="${origin}${metadata}">OpenID metadata</a></li>
`
}

function appItem({ name, clientId, redirectUris, publicClient, disabled, consent }: App): Html {
  const notes = [
    ...(publicClient ? ['public client'] : []),
    ...(consent === 'required' ? ['asks for consent'] : []),
    ...(disabled ? ['disabled'] : []),
  ].join(', ')
  return html`<li><strong>${name}</strong> <small>${notes}</small><br><code>${clientId}</code>
${redirectUris.map(({ uri, platform }) => html`<br><code>${uri}</code> <small>${platform}</small>`)}</li>
`
}

function userItem({ displayName, username, tenantId, secondFactor }: User, directory: Directory): Html {
  const home = directory.tenant(tenantId)?.name ?? tenantId
  return html`<li><strong>${displayName}</strong> <small>${home}${secondFactor ? ', second factor' : ''}</small><br>${username}</li>
`
}
