import { html } from 'hono/html'
import type { Html } from './page.ts'

/** What went wrong with a form, told in plain words and with Entra ID's own. */
export interface FormFault {
  plain: string
  reason: string
}

/** The id that inputs name in `aria-describedby`. */
export const FAULT_ID = 'fault'

export function faultText(fault: FormFault | undefined): Html | '' {
  if (fault === undefined) return ''
  return html`<p class="error" id="${FAULT_ID}" role="alert">${fault.plain} <small>${fault.reason}</small></p>`
}

/** A form of the sign-in pages: it goes on with what `sealed` says. */
export function signInForm(sealed: string, fields: Html): Html {
  return html`<form method="post" action="/common/login">
<input type="hidden" name="form" value="${sealed}">
${fields}
</form>`
}
