import { html, raw } from 'hono/html'
import { page } from './page.ts'
import { type FormFault, faultId, faultText, signInForm } from './sign-in-form.ts'

export interface PasswordPageParts {
  sealed: string
  appName: string
  username: string
  fault?: FormFault
  /** Whether the app asked for a new account. */
  isNew: boolean
  leadsTo?: string
  cookie?: string
}

/** The page for name and password. */
export function passwordPage(parts: PasswordPageParts): Promise<Response> {
  const { sealed, appName, username, fault, isNew, leadsTo, cookie } = parts
  const invalid = fault ? raw(` aria-invalid="true" aria-describedby="${faultId}"`) : ''
  // Focus goes to the first field that is empty or wrong.
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
    content: html`<p>to continue to <strong>${appName}</strong></p>
${isNew ? html`<p>The app asks for a new account. <a href="/#add-user">Add a user</a> on the emulator’s own page, then sign in here.</p>` : ''}
${signInForm(sealed, fields)}`,
    ...(leadsTo === undefined ? {} : { leadsTo }),
    ...(cookie === undefined ? {} : { cookie }),
  })
}
