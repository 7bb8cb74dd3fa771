import { html } from 'hono/html'
import type { Html } from './page.ts'

/** What is wrong with a form, in plain words and in Entra ID's. */
export interface FormFault {
  plain: string
  reason: string
}

/** The id that inputs name in `aria-describedby`. */
export const faultId = 'fault'

export function faultText(fault: FormFault | undefined): Html | '' {
  if (fault === undefined) return ''
  return html`<p class="error" id="${faultId}" role="alert">${fault.plain} <small>${fault.reason}</small></p>`
}

/** A form of the sign-in pages, which continues the sign-in that `sealed` holds. */
export function signInForm(sealed: string, fields: Html): Html {
  return html`<form method="post" action="/common/login">
<input type="hidden" name="form" value="${sealed}">
${fields}
</form>`
}
