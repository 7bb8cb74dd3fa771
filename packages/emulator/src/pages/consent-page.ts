import { html } from 'hono/html'
import type { DelegatedScopes } from '../token/scopes.ts'
import { page } from './page.ts'
import { signInForm } from './sign-in-form.ts'

export interface ConsentPageParts {
  sealed: string
  appName: string
  username: string
  scopes: DelegatedScopes
  leadsTo?: string
  cookie?: string
}

/** The page that lists what an app wants to do on the user's behalf. */
export function consentPage({
  sealed,
  appName,
  username,
  scopes,
  leadsTo,
  cookie,
}: ConsentPageParts): Promise<Response> {
  const items = scopes.names.map(
    (name) =>
      html`<li>${meaning(name)} <small><code>${isOpenid(name) ? name : `${scopes.resource}/${name}`}</code></small></li>`,
  )
  const fields = html`<div class="actions">
<button name="action" value="consent">Accept</button>
<button class="quiet" name="action" value="decline">Decline</button>
</div>`
  return page({
    title: 'Permissions requested',
    content: html`<p><span class="account">${username}</span></p>
<p><strong>${appName}</strong> would like to:</p>
<ul class="scopes">
${items}
${scopes.offline ? html`<li>Keep the access you give it <small><code>offline_access</code></small></li>` : ''}
</ul>
<p>Accepting lets the app do this on your behalf until the emulator stops.</p>
${signInForm(sealed, fields)}`,
    ...(leadsTo === undefined ? {} : { leadsTo }),
    ...(cookie === undefined ? {} : { cookie }),
  })
}

function isOpenid(name: string): boolean {
  return ['openid', 'profile', 'email'].includes(name)
}

const meanings: Readonly<Record<string, string>> = {
  openid: 'Sign you in',
  profile: 'See your name and picture',
  email: 'See your email address',
  'User.Read': 'Sign you in and read your profile',
  user_impersonation: 'Act on your behalf there',
}

function meaning(name: string): string {
  return meanings[name] ?? `Use the permission ${name}`
}
