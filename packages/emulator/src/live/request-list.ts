import { html } from 'hono/html'
import type { Html } from '../pages/page.ts'
import type { DecodedToken } from './decoded-token.ts'
import type { SeenExchange } from './seen-exchange.ts'

/** Items of the list of requests, newest first. */
export function requestItems(exchanges: readonly SeenExchange[]): Html {
  return html`${[...exchanges].reverse().map(requestItem)}`
}

function requestItem(exchange: SeenExchange): Html {
  const { number, at, method, path, status, what, outcome, refusal, fields, tokens } = exchange
  return html`<li class="request" data-number="${number}">
<p class="line"><time datetime="${at}">${at.slice(11, 19)}</time> <strong>${what}</strong> <span class="${refusal ? 'bad' : 'good'}">${outcome}</span></p>
<p class="line"><code>${method} ${path}</code> <small>${status === undefined ? 'no answer' : `HTTP ${status}`}</small></p>
${refusal ? html`<p class="error">${refusal.text}${refusal.mend === undefined ? '' : html` <small>${refusal.mend}</small>`}</p>` : ''}
${fields.length + tokens.length === 0 ? '' : html`<details><summary>Details<span class="hidden"> of request ${number}</span></summary>${details(fields, tokens)}</details>`}
</li>
`
}

function details(fields: SeenExchange['fields'], tokens: readonly DecodedToken[]): Html {
  return html`<dl>${fields.map(([name, value]) => html`<dt>${name}</dt><dd><code>${value}</code></dd>`)}</dl>
${tokens.map(tokenDetails)}`
}

function tokenDetails({ name, said }: DecodedToken): Html {
  if (said === undefined)
    return html`<p><strong>${name}</strong>: not shown, because the emulator did not issue it.</p>`
  return html`<p><strong>${name}</strong></p>
<pre tabindex="0" aria-label="${name}">${JSON.stringify(said.header, undefined, 2)}
${JSON.stringify(said.claims, undefined, 2)}</pre>`
}
