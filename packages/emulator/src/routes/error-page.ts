import type { RouteContext } from '../http/received-request.ts'
import { messagePage } from '../pages/page.ts'
import { catalogue } from '../refusal/catalogue.ts'
import { isCatalogued } from '../refusal/codes.ts'
import { remedyOf } from '../refusal/remedies.ts'

/** `GET /error?code=N`: the page that a refusal's `error_uri` leads to, with what to do about the code. */
export function errorPage({ request }: RouteContext<unknown>): Promise<Response> {
  const code = Number(request.query.code)
  if (!isCatalogued(code)) return messagePage('Unknown code', 'The emulator has no AADSTS code with this number.')
  return messagePage(`AADSTS${code}`, `${catalogue[code][1]} What to do: ${remedyOf(code)}`)
}
