import { html, raw } from 'hono/html'
import { page } from './page.ts'
import { type FormFault, faultId, faultText, signInForm } from './sign-in-form.ts'

export interface SecondFactorPageParts {
  sealed: string
  username: string
  fault?: FormFault
  leadsTo?: string
  cookie?: string
}

/** The second factor: a code from the directory. */
export function secondFactorPage({
  sealed,
  username,
  fault,
  leadsTo,
  cookie,
}: SecondFactorPageParts): Promise<Response> {
  const described = fault
    ? raw(` aria-invalid="true" aria-describedby="${faultId} code-hint"`)
    : raw(' aria-describedby="code-hint"')
  const fields = html`${faultText(fault)}
<label for="code">Code</label>
<input id="code" name="code" type="text" inputmode="numeric" autocomplete="one-time-code" required autofocus${described}>
<p class="hint" id="code-hint">123456, unless the directory declares another (<code>secondFactorCode</code>).</p>
<div class="actions">
<button name="action" value="second-factor">Verify</button>
<button class="quiet" name="action" value="cancel" formnovalidate>Cancel</button>
</div>`
  return page({
    title: 'Prove it’s you',
    windowTitle: fault ? 'Error: Prove it’s you' : 'Prove it’s you',
    ...(fault ? { status: 400 } : {}),
    content: html`<p><span class="account">${username}</span></p>
<p>This sign-in needs a second factor. Enter the code that stands for your phone.</p>
${signInForm(sealed, fields)}`,
    ...(leadsTo === undefined ? {} : { leadsTo }),
    ...(cookie === undefined ? {} : { cookie }),
  })
}
