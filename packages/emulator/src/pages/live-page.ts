import { html } from 'hono/html'
import type { Selection } from '../live/selection.ts'
import { type LiveActionsParts, liveActions } from './live-actions.ts'
import { liveDirectory } from './live-directory.ts'
import { liveFilter } from './live-filter.ts'
import { type LiveState, liveState } from './live-state.ts'
import { type Html, page } from './page.ts'
import { type LiveRequests, requestList } from './request-list.ts'

/** What an action did, in words, and where to go from there. */
export interface Told {
  text: string
  link?: { address: string; text: string }
}

export interface LivePageParts extends LiveActionsParts {
  /** Scheme and host of the page's own URL. */
  origin: string
  requests: LiveRequests
  selection: Selection
  state: LiveState
  cookie: string
  /** What was just done. */
  told?: Told
}

/** The emulator's own page: what it knows, and the requests that it gets. */
export function livePage(parts: LivePageParts): Promise<Response> {
  const { directory, origin, requests, selection, state, cookie, fault, told } = parts
  return page({
    title: 'Live view',
    windowTitle: fault ? 'Error: Live view' : 'Live view',
    ...(fault ? { status: 400 } : {}),
    wide: true,
    script: { path: '/live/live.js' },
    cookie,
    content: html`<p>Tenants, apps, users, and requests as they arrive. The emulator’s tokens are signed with throwaway keys and are worthless elsewhere.</p>
<p class="skip"><a href="#requests-heading">Go to the requests</a></p>
${told ? toldText(told) : ''}
<div class="columns">
<div>
<section class="card" aria-labelledby="now">
<h2 id="now">Now</h2>
${liveState(state)}
</section>
${liveDirectory(directory, origin)}
${liveActions(parts)}
</div>
<section aria-labelledby="requests-heading">
<h2 id="requests-heading" tabindex="-1">Requests</h2>
${liveFilter(directory.apps, selection)}
<div class="bar">
<p id="following" hidden><label class="check"><input type="checkbox" id="follow" checked> Show requests as they arrive</label></p>
${clearForm(parts)}
</div>
<p id="notice" role="status"></p>
${requestList(requests)}
<p class="empty">${requests.total === 0 ? 'No requests yet. Sign in with an app, or request a token.' : 'No request is selected.'}</p>
</section>
</div>`,
  })
}

function toldText({ text, link }: Told): Html {
  return html`<p class="card" role="status" id="told">${text}${link ? html` <a href="${link.address}">${link.text}</a>` : ''}</p>`
}

function clearForm({ seal }: LivePageParts): Html {
  return html`<form method="post" action="/live/clear">
<input type="hidden" name="form" value="${seal('/live/clear')}">
<button class="quiet">Clear</button>
</form>`
}
