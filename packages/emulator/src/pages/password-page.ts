import { html, raw } from 'hono/html'
import { page } from './page.ts'
import { FAULT_ID, type FormFault, faultText, signInForm } from './sign-in-form.ts'

export interface PasswordPageParts {
  sealed: string
  appName: string
  username: string
  fault?: FormFault
  /** Someone wants to be another user than those declared. */
  isNew: boolean
  leadsTo?: string
  cookie?: string
}

/** Name and password. */
export function passwordPage(parts: PasswordPageParts): Promise<Response> {
  const { sealed, appName, username, fault, isNew, leadsTo, cookie } = parts
  const invalid = fault ? raw(` aria-invalid="true" aria-describedby="${FAULT_ID}"`) : ''
  // Where the reader goes on: the first field that is empty or wrong.
  const [nameFocus, passwordFocus] = username === '' ? [raw(' autofocus'), ''] : ['', raw(' autofocus')]
  const fields = html`${faultText(fault)}
<label for="username">User name</label>
<input id="username" name="username" type="text" value="${username}" autocomplete="username" autocapitalize="none" spellcheck="false" required${invalid}${nameFocus}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required${invalid}${passwordFocus}>
<div class="actions">
<button name="action" value="password">Sign in</button>
<button class="quiet" name="action" value="cancel" formnovalidate>Cancel</button>
</div>`
  return page({
    title: 'Sign in',
    windowTitle: fault ? 'Error: Sign in' : 'Sign in',
    ...(fault ? { status: 400 } : {}),
    content: html`<p>to go on to <strong>${appName}</strong></p>
${isNew ? html`<p>The app asks for a new account. <a href="/#add-user">Add a user</a> on the emulator’s own page, then sign in here.</p>` : ''}
${signInForm(sealed, fields)}`,
    ...(leadsTo === undefined ? {} : { leadsTo }),
    ...(cookie === undefined ? {} : { cookie }),
  })
}
