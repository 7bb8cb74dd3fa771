import { html } from 'hono/html'
import { momentInWords, relationInWords } from '../live/time-words.ts'
import type { Html } from './page.ts'

/** What changes while the page is open, besides the requests. */
export interface LiveState {
  /** Milliseconds since the epoch, by the emulator's clock. */
  now: number
  /** How far the clock has been moved, in milliseconds. */
  moved: number
  /** How many faults wait for a request. */
  faults: number
  /** Devices that show a code. */
  waiting: readonly { userCode: string; app: string }[]
}

/** The state as a list of terms, which the page's script keeps up to date. */
export function liveState({ now, moved, faults, waiting }: LiveState): Html {
  const clock = Math.abs(moved) < 1000 ? 'the real time' : `${relationInWords(moved, 0)} the real time`
  const codes = waiting.map(({ userCode, app }) => html`<li><code>${userCode}</code> <small>${app}</small></li>`)
  return html`<dl id="state" data-code="${waiting[0]?.userCode ?? ''}">
<dt>Clock</dt><dd><time datetime="${new Date(now).toISOString()}">${momentInWords(now) ?? ''}</time><br><small>${clock}</small></dd>
<dt>Faults</dt><dd>${faults === 0 ? 'none' : `${faults} for the next token requests`}</dd>
<dt>Device codes</dt><dd>${waiting.length === 0 ? 'none is waiting' : html`<ul class="plain">${codes}</ul>`}</dd>
</dl>`
}
