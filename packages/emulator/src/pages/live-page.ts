import { html, raw } from 'hono/html'
import type { Directory } from '../directory/directory.ts'
import type { App, Tenant, User } from '../directory/entries.ts'
import { requestItems } from '../live/request-list.ts'
import type { SeenExchange } from '../live/seen-exchange.ts'
import { type Html, page } from './page.ts'
import { FAULT_ID, type FormFault, faultText } from './sign-in-form.ts'

/** What was typed into the form for a new user. */
export interface NewUser {
  username?: string | undefined
  displayName?: string | undefined
  tenantId?: string | undefined
  secondFactor?: boolean
}

export interface LivePageParts {
  directory: Directory
  /** Scheme and host that the page was asked at. */
  origin: string
  exchanges: readonly SeenExchange[]
  newest: number
  sealed: string
  cookie: string
  typed: NewUser
  fault?: FormFault
  /** Who was just added. */
  added?: User
}

/** The emulator's own page: what it knows, and what is asked of it. */
export function livePage(parts: LivePageParts): Promise<Response> {
  const { directory, origin, exchanges, newest, cookie, fault, added } = parts
  return page({
    title: 'Live view',
    windowTitle: fault ? 'Error: Add a user' : 'Live view',
    ...(fault ? { status: 400 } : {}),
    wide: true,
    script: { path: '/live/live.js' },
    cookie,
    content: html`<p>Tenants, apps and users, and the requests as they come. The emulator’s tokens are signed with throw-away keys and are worth nothing elsewhere.</p>
${added ? html`<p class="card" role="status"><strong>${added.displayName}</strong> can sign in now, as ${added.username}.</p>` : ''}
<div class="columns">
<section aria-labelledby="requests-heading">
<h2 id="requests-heading">Requests</h2>
<p id="following" hidden><label class="check"><input type="checkbox" id="follow" checked> Show requests as they come</label></p>
<p id="told" role="status"></p>
<ol id="requests" class="requests" data-newest="${newest}" reversed>
${requestItems(exchanges)}</ol>
<p class="empty">No request yet. Sign in with an app, or ask for a token.</p>
</section>
<div>
<section class="card" aria-labelledby="tenants">
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
<section class="card" aria-labelledby="users">
<h2 id="users">Users</h2>
${directory.users.length === 0 ? html`<p>None yet. Add one below.</p>` : ''}
<ul class="plain">
${directory.users.map((user) => userItem(user, directory))}
</ul>
</section>
<section class="card" aria-labelledby="add-user">
<h2 id="add-user">Add a user</h2>
${addUserForm(parts)}
</section>
</div>
</div>`,
  })
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

function addUserForm({ directory, sealed, typed, fault }: LivePageParts): Html {
  const invalid = fault ? raw(` aria-invalid="true" aria-describedby="${FAULT_ID}" autofocus`) : ''
  const options = directory.tenants.map(
    ({ id, name }) => html`<option value="${id}"${raw(id === typed.tenantId ? ' selected' : '')}>${name}</option>`,
  )
  return html`<form method="post" action="/live/users">
<input type="hidden" name="form" value="${sealed}">
${faultText(fault)}
<label for="username">User name</label>
<input id="username" name="username" type="text" value="${typed.username ?? ''}" autocomplete="off" autocapitalize="none" spellcheck="false" required${invalid}>
<label for="displayName">Display name</label>
<input id="displayName" name="displayName" type="text" value="${typed.displayName ?? ''}" autocomplete="off">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="new-password" required>
<label for="tenantId">Tenant</label>
<select id="tenantId" name="tenantId">${options}</select>
<label class="check"><input type="checkbox" name="secondFactor" value="required"${raw(typed.secondFactor ? ' checked' : '')}> Has a second factor</label>
<div class="actions"><button>Add user</button></div>
</form>`
}
