import { json } from './json-response.ts'

/** A refusal of the emulator's own, for what Entra ID has no AADSTS code for. */
export function plainError(status: number, error: string, description: string): Response {
  return json({ error, error_description: description }, { status })
}
