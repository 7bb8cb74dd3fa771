import { html } from 'hono/html'
import type { App } from '../directory/entries.ts'
import { type OutcomeKind, outcomeKinds } from '../live/outcome-kind.ts'
import type { Selection } from '../live/selection.ts'
import { option } from './live-form.ts'
import type { Html } from './page.ts'

const labels: Readonly<Record<OutcomeKind, string>> = {
  issued: 'Token or code issued',
  refused: 'Refused',
  dropped: 'Connection closed',
  answered: 'Answered otherwise',
}

/** The form that selects requests; it works without the page's script. */
export function liveFilter(apps: readonly App[], { app, outcome, text }: Selection): Html {
  return html`<form method="get" action="/" id="filter" role="search" aria-label="Requests" class="filter">
<div><label for="filter-text">Search</label>
<input id="filter-text" name="text" type="search" value="${text ?? ''}" autocomplete="off" spellcheck="false"></div>
<div><label for="filter-app">Of app</label>
<select id="filter-app" name="app">${option('', 'Any', app === undefined)}${apps.map(({ clientId, name }) => option(clientId, name, clientId === app))}</select></div>
<div><label for="filter-outcome">Outcome</label>
<select id="filter-outcome" name="outcome">${option('', 'Any', outcome === undefined)}${outcomeKinds.map((kind) => option(kind, labels[kind], kind === outcome))}</select></div>
<div class="actions"><button class="quiet">Filter</button></div>
</form>`
}
