import { html, raw } from 'hono/html'
import type { Directory } from '../directory/directory.ts'
import { liveFaults } from '../live/controls.ts'
import { appField, type LiveFormParts, liveForm, option, userField } from './live-form.ts'
import type { Html } from './page.ts'
import { faultId } from './sign-in-form.ts'

/** What was entered into the form for a new user. */
export interface NewUser {
  username?: string | undefined
  displayName?: string | undefined
  tenantId?: string | undefined
  secondFactor?: boolean
}

/** An app's variables in one of the formats. */
export interface ShownVariables {
  clientId: string
  format: string
  text: string
  withSecret: boolean
}

export interface LiveActionsParts extends LiveFormParts {
  directory: Directory
  /** The code of a device that is waiting. */
  waitingCode: string | undefined
  /** Names and labels of the formats of variables. */
  formats: readonly (readonly [format: string, label: string])[]
  variables: ShownVariables | undefined
  typed: NewUser
}

/** What can be done in the live view: a form each. */
export function liveActions(parts: LiveActionsParts): Html {
  const { users, apps } = parts.directory
  return html`${apps.length > 0 ? variablesForm(parts) : ''}
${users.length > 0 && apps.length > 0 ? signInForm(parts) : ''}
${users.length > 0 ? deviceForm(parts) : ''}
${faultForm(parts)}
${clockForm(parts)}
${revokeForm(parts)}
${addUserForm(parts)}`
}

function variablesForm(parts: LiveActionsParts): Html {
  const { directory, formats, variables } = parts
  return liveForm(
    parts,
    '/live/variables',
    'Variables of an app',
    html`${appField('variables-app', directory.apps, variables?.clientId)}
<label for="variables-format">Written for</label>
<select id="variables-format" name="format">${formats.map(([format, label]) => option(format, label, format === variables?.format))}</select>
<label class="check"><input type="checkbox" name="secret" value="shown"${raw(variables?.withSecret ? ' checked' : '')}> With the app’s secret</label>
<div class="actions"><button>Show</button></div>`,
    variables &&
      html`<pre id="variables-text" tabindex="0" aria-label="Variables" data-copy="Copy the variables">${variables.text}</pre>`,
  )
}

function signInForm(parts: LiveActionsParts): Html {
  const { apps, users } = parts.directory
  return liveForm(
    parts,
    '/live/sign-ins',
    'Sign in as a user',
    html`<p>This browser is then signed in: the app’s next sign-in asks for no password or second factor.</p>
${userField('sign-in-user', users)}
${appField('sign-in-app', apps)}
<div class="actions"><button>Sign in</button></div>`,
  )
}

function deviceForm(parts: LiveActionsParts): Html {
  return liveForm(
    parts,
    '/live/device-codes',
    'Approve a device code',
    html`<label for="device-code">Code</label>
<input id="device-code" name="code" type="text" value="${parts.waitingCode ?? ''}" autocomplete="off" autocapitalize="characters" spellcheck="false" required>
${userField('device-user', parts.directory.users)}
<div class="actions"><button name="action" value="approve">Approve</button><button name="action" value="decline" class="quiet">Decline</button></div>`,
  )
}

function faultForm(parts: LiveActionsParts): Html {
  return liveForm(
    parts,
    '/live/faults',
    'Start a fault',
    html`<label for="fault-kind">The next token requests are</label>
<select id="fault-kind" name="kind">${Object.entries(liveFaults).map(([kind, { label }]) => option(kind, label, false))}</select>
<label for="fault-times">How many</label>
<input id="fault-times" name="times" type="number" min="1" max="100" value="1" required>
<div class="actions"><button name="action" value="start">Start</button><button name="action" value="end" class="quiet">End all faults</button></div>`,
  )
}

function clockForm(parts: LiveActionsParts): Html {
  return liveForm(
    parts,
    '/live/clock',
    'Move the clock',
    html`<p>Tokens, secrets and codes age by the emulator’s clock.</p>
<label for="clock-amount">By</label>
<input id="clock-amount" name="amount" type="number" min="1" max="1000" value="1" required>
<label for="clock-unit">Unit</label>
<select id="clock-unit" name="unit">${['minutes', 'hours', 'days'].map((unit) => option(unit, unit, unit === 'hours'))}</select>
<div class="actions"><button name="action" value="forward">Forward</button><button name="action" value="back" class="quiet">Back</button><button name="action" value="reset" class="quiet">To the real time</button></div>`,
  )
}

function revokeForm(parts: LiveActionsParts): Html {
  return liveForm(
    parts,
    '/live/revocations',
    'Revoke sessions',
    html`<p>Refresh tokens issued so far are refused with AADSTS50173.</p>
${userField('revoke-user', parts.directory.users, 'Everyone')}
<div class="actions"><button>Revoke</button></div>`,
  )
}

function addUserForm(parts: LiveActionsParts): Html {
  const { directory, typed, fault } = parts
  const isAtFault = fault?.action === '/live/users'
  const invalid = isAtFault ? raw(` aria-invalid="true" aria-describedby="${faultId}" autofocus`) : ''
  return liveForm(
    parts,
    '/live/users',
    'Add a user',
    html`<label for="username">User name</label>
<input id="username" name="username" type="text" value="${typed.username ?? ''}" autocomplete="off" autocapitalize="none" spellcheck="false" required${invalid}>
<label for="displayName">Display name</label>
<input id="displayName" name="displayName" type="text" value="${typed.displayName ?? ''}" autocomplete="off">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="new-password" required>
<label for="tenantId">Tenant</label>
<select id="tenantId" name="tenantId">${directory.tenants.map(({ id, name }) => option(id, name, id === typed.tenantId))}</select>
<label class="check"><input type="checkbox" name="secondFactor" value="required"${raw(typed.secondFactor ? ' checked' : '')}> Has a second factor</label>
<div class="actions"><button>Add user</button></div>`,
  )
}
