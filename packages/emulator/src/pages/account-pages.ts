import { html } from 'hono/html'
import type { User } from '../directory/entries.ts'
import { page } from './page.ts'
import { signInForm } from './sign-in-form.ts'

export interface AccountPageParts {
  sealed: string
  appName: string
  accounts: readonly User[]
  leadsTo?: string
  cookie?: string
}

/** The page to choose a signed-in account, or another. */
export function accountPage({ sealed, appName, accounts, leadsTo, cookie }: AccountPageParts): Promise<Response> {
  const choices = accounts.map(
    ({ objectId, displayName, username }) => html`<li><button name="account" value="${objectId}">
<strong>${displayName}</strong> <small>${username}</small></button></li>`,
  )
  const fields = html`<ul class="choices">
${choices}
<li><button name="account" value="other"><strong>Use another account</strong></button></li>
</ul>
<div class="actions"><button class="quiet" name="action" value="cancel">Cancel</button></div>`
  return page({
    title: 'Pick an account',
    content: html`<p>to continue to <strong>${appName}</strong></p>
${signInForm(sealed, fields)}`,
    ...(leadsTo === undefined ? {} : { leadsTo }),
    ...(cookie === undefined ? {} : { cookie }),
  })
}

export interface SignOutPageParts {
  sealed: string
  accounts: readonly User[]
  cookie: string
  leadsTo?: string
}

/** The page to choose which account to sign out of. */
export function signOutPage({ sealed, accounts, cookie, leadsTo }: SignOutPageParts): Promise<Response> {
  const choices = accounts.map(
    ({ objectId, displayName, username }) => html`<li><button name="account" value="${objectId}">
<strong>${displayName}</strong> <small>${username}</small></button></li>`,
  )
  return page({
    title: 'Sign out of which account?',
    cookie,
    ...(leadsTo === undefined ? {} : { leadsTo }),
    content: html`<form method="post" action="/common/signout">
<input type="hidden" name="form" value="${sealed}">
<ul class="choices">
${choices}
<li><button name="account" value="all"><strong>All of them</strong></button></li>
</ul>
</form>`,
  })
}
