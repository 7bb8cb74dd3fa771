import { html } from 'hono/html'
import type { Account } from '../sign-in/session.ts'
import { page } from './page.ts'

export interface SignOutPageParts {
  sealed: string
  accounts: readonly Account[]
  cookie: string
  leadsTo?: string
}

/** Which of several accounts to sign out of. */
export function signOutPage({ sealed, accounts, cookie, leadsTo }: SignOutPageParts): Promise<Response> {
  const choices = accounts.map(
    ({ user }) => html`<li><button name="account" value="${user.objectId}">
<strong>${user.displayName}</strong> <small>${user.username}</small></button></li>`,
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
