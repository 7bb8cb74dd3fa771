import { html, raw } from 'hono/html'
import { page } from './page.ts'
import { type FormFault, faultId, faultText, signInForm } from './sign-in-form.ts'

export interface DeviceCodePageParts {
  sealed: string
  userCode: string
  fault?: FormFault
  cookie: string
}

/** The page where a person enters the code that a device shows. */
export function deviceCodePage({ sealed, userCode, fault, cookie }: DeviceCodePageParts): Promise<Response> {
  const described = fault
    ? raw(` aria-invalid="true" aria-describedby="${faultId} code-hint"`)
    : raw(' aria-describedby="code-hint"')
  return page({
    title: 'Enter the code',
    windowTitle: fault ? 'Error: Enter the code' : 'Enter the code',
    ...(fault ? { status: 400 } : {}),
    cookie,
    content: html`<form method="post" action="/devicelogin">
<input type="hidden" name="form" value="${sealed}">
${faultText(fault)}
<label for="code">Code</label>
<input id="code" name="code" type="text" value="${userCode}" autocomplete="off" autocapitalize="characters" spellcheck="false" required autofocus${described}>
<p class="hint" id="code-hint">Your app or device shows it. Case and spaces do not matter.</p>
<div class="actions"><button>Next</button></div>
</form>`,
  })
}

export interface DeviceConfirmationParts {
  sealed: string
  appName: string
  username: string
  cookie: string
}

/** Asks whether the person started the sign-in themselves: otherwise, whoever sent the code would get their tokens. */
export function deviceConfirmationPage(parts: DeviceConfirmationParts): Promise<Response> {
  const { sealed, appName, username, cookie } = parts
  const fields = html`<div class="actions">
<button name="action" value="confirm">Continue</button>
<button class="quiet" name="action" value="cancel">Cancel</button>
</div>`
  return page({
    title: `Sign in to ${appName}?`,
    cookie,
    content: html`<p><span class="account">${username}</span></p>
<p>You are about to sign in to <strong>${appName}</strong> on another device. Continue only if you started this yourself.</p>
${signInForm(sealed, fields)}`,
  })
}
