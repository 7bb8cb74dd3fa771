import { JsonResponse } from '../json-response.ts'

/** A JSON answer of a host. Nothing in it allows a web page to read it. */
export function hostJson(
  body: unknown,
  status: number = 200,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new JsonResponse(body, {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers },
  })
}
