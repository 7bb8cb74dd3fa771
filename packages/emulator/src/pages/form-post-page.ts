import { html } from 'hono/html'
import { page } from './page.ts'

const submitScript = 'document.forms[0].submit()'

/** The page that posts a response to an app (OAuth 2.0 Form Post Response Mode); without scripts, by a button. */
export function formPostPage(
  action: string,
  fields: Readonly<Record<string, string>>,
  cookie?: string,
): Promise<Response> {
  const inputs = Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )
  return page({
    title: 'Back to the app',
    content: html`<form method="post" action="${action}">
${inputs}
<p>Your browser is sending the response to the app. If nothing happens, use the button.</p>
<div class="actions"><button>Continue</button></div>
</form>`,
    script: { inline: submitScript },
    leadsTo: action,
    ...(cookie === undefined ? {} : { cookie }),
  })
}
