import { html } from 'hono/html'
import type { Account } from '../sign-in/session.ts'
import { page } from './page.ts'
import { signInForm } from './sign-in-form.ts'

export interface AccountPageParts {
  sealed: string
  appName: string
  accounts: readonly Account[]
  leadsTo?: string
  cookie?: string
}

/** Which of those who are signed in, or someone else. */
export function accountPage({ sealed, appName, accounts, leadsTo, cookie }: AccountPageParts): Promise<Response> {
  const choices = accounts.map(
    ({ user }) => html`<li><button name="account" value="${user.objectId}">
<strong>${user.displayName}</strong> <small>${user.username}</small></button></li>`,
  )
  const fields = html`<ul class="choices">
${choices}
<li><button name="account" value="other"><strong>Use another account</strong></button></li>
</ul>
<div class="actions"><button class="quiet" name="action" value="cancel">Cancel</button></div>`
  return page({
    title: 'Pick an account',
    content: html`<p>to go on to <strong>${appName}</strong></p>
${signInForm(sealed, fields)}`,
    ...(leadsTo === undefined ? {} : { leadsTo }),
    ...(cookie === undefined ? {} : { cookie }),
  })
}
