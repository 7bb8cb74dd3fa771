import { html } from 'hono/html'
import type { DecodedToken } from '../live/decoded-token.ts'
import type { Comparison } from '../live/refused.ts'
import type { SeenExchange } from '../live/seen-exchange.ts'
import type { Html } from './page.ts'

/** The requests that are shown. */
export interface LiveRequests {
  exchanges: readonly SeenExchange[]
  /** The number of the newest request, shown or not. */
  newest: number
  /** How many there are, shown or not. */
  total: number
}

/** The list of requests, newest first. */
export function requestList({ exchanges, newest, total }: LiveRequests): Html {
  return html`<ol id="requests" class="requests" data-newest="${newest}" data-total="${total}" reversed>
${[...exchanges].reverse().map(requestItem)}</ol>`
}

function requestItem(exchange: SeenExchange): Html {
  const { number, at, method, path, status, what, outcome, kind, refusal, advice } = exchange
  const isBad = kind === 'refused' || kind === 'dropped'
  return html`<li class="request" data-number="${number}">
<p class="line"><time datetime="${at}">${at.slice(11, 19)}</time> <strong>${what}</strong> <span class="${isBad ? 'bad' : 'good'}">${outcome}</span></p>
<p class="line"><code>${method} ${path}</code> <small>${status === undefined ? 'no response' : `HTTP ${status}`}</small></p>
${refusal ? html`<p class="error">${refusal.text}${refusal.remedy === undefined ? '' : html` <small>${refusal.remedy}</small>`}</p>` : ''}
${advice === undefined ? '' : html`<p class="error">${advice}</p>`}
${comparisonTable(exchange)}
<details><summary>Details<span class="hidden"> of request ${number}</span></summary>${details(exchange)}</details>
</li>
`
}

function comparisonTable({ number, comparisons }: SeenExchange): Html | '' {
  if (comparisons.length === 0) return ''
  return html`<details><summary>Why<span class="hidden"> request ${number} was refused</span></summary>
<table>
<thead><tr><th scope="col">What</th><th scope="col">Sent</th><th scope="col">Declared</th><th scope="col">Fits</th></tr></thead>
<tbody>${comparisons.map(comparisonRow)}</tbody>
</table></details>`
}

function comparisonRow({ what, sent, declared, matches }: Comparison): Html {
  return html`<tr><th scope="row">${what}</th><td data-column="Sent">${sent}</td><td data-column="Declared">${declared}</td><td data-column="Fits" class="${matches ? 'good' : 'bad'}">${matches ? 'yes' : 'no'}</td></tr>`
}

function details({ number, fields, tokens, curl }: SeenExchange): Html {
  return html`<dl>${fields.map(([name, value]) => html`<dt>${name}</dt><dd><code>${value}</code></dd>`)}</dl>
${tokens.map(tokenDetails)}
<p><strong>As a command</strong> <small>its secrets are variables of the shell</small></p>
<pre tabindex="0" aria-label="Request ${number} as a command" data-copy="Copy as curl">${curl}</pre>`
}

function tokenDetails({ name, content, times }: DecodedToken): Html {
  if (content === undefined)
    return html`<p><strong>${name}</strong>: not shown, because the emulator did not issue it.</p>`
  return html`<p><strong>${name}</strong></p>
<dl>${times.map(({ claim, words }) => html`<dt>${claim}</dt><dd>${words}</dd>`)}</dl>
<pre tabindex="0" aria-label="${name}">${JSON.stringify(content.header, undefined, 2)}
${JSON.stringify(content.claims, undefined, 2)}</pre>`
}
