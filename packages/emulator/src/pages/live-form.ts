import { html, raw } from 'hono/html'
import type { App, User } from '../directory/entries.ts'
import type { Html } from './page.ts'
import { type FormFault, faultText } from './sign-in-form.ts'

/** What is wrong with one of the live view's forms. */
export interface LiveFormFault extends FormFault {
  /** Where the form is sent. */
  action: string
}

/** What each of the live view's forms needs. */
export interface LiveFormParts {
  /** The hidden field of a form that is sent to this path. */
  seal(action: string): string
  fault?: LiveFormFault
  /** The form whose outcome the page shows, and which is therefore open. */
  open?: string
}

/** A form of the live view, behind a heading that opens it. */
export function liveForm(parts: LiveFormParts, action: string, heading: string, fields: Html, after?: Html): Html {
  const { seal, fault, open } = parts
  const own = fault?.action === action ? fault : undefined
  const id = action.slice('/live/'.length)
  return html`<details class="card" id="${id}"${raw(own || open === action ? ' open' : '')}>
<summary><h2>${heading}</h2></summary>
<form method="post" action="${action}">
<input type="hidden" name="form" value="${seal(action)}">
${faultText(own)}
${fields}
</form>
${after ?? ''}
</details>
`
}

/** A labelled choice of users; `everyone` is the label of the choice of them all. */
export function userField(id: string, users: readonly User[], everyone?: string): Html {
  return html`<label for="${id}">User</label>
<select id="${id}" name="user">${everyone === undefined ? '' : html`<option value="">${everyone}</option>`}${users.map(
    ({ objectId, displayName, username }) => html`<option value="${objectId}">${displayName} (${username})</option>`,
  )}</select>`
}

/** A labelled choice of apps. */
export function appField(id: string, apps: readonly App[], selected?: string): Html {
  return html`<label for="${id}">App</label>
<select id="${id}" name="app">${apps.map(({ clientId, name }) => option(clientId, name, clientId === selected))}</select>`
}

/** One of a field's choices. */
export function option(value: string, text: string, isSelected: boolean): Html {
  return html`<option value="${value}"${raw(isSelected ? ' selected' : '')}>${text}</option>`
}
