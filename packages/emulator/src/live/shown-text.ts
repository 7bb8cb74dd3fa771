import type { Directory } from '../directory/directory.ts'

const HIDDEN = '[hidden]'

/**
 * Text of a request made fit to be shown: declared secrets and passwords, JWTs, secrets in the form of Entra ID's, and
 * everything else that is long enough to be a token are taken out, because people paste them into the wrong field.
 */
export function shownText(text: string, directory: Directory): string {
  let shown = text
  for (const secret of secretsOf(directory)) shown = shown.replaceAll(secret, HIDDEN)
  return shown
    .replace(/\beyJ[\w-]+\.[\w.=-]*/g, HIDDEN)
    .replace(/[\w.~-]{3}\dQ~[\w.~-]{20,}/g, HIDDEN)
    .replace(/[\w.~+=-]{60,}/g, HIDDEN)
    .slice(0, 500)
}

/** Short ones would take letters out of words. */
function secretsOf({ apps, users }: Directory): string[] {
  const all = [
    ...apps.flatMap(({ secrets }) => secrets.map(({ value }) => value)),
    ...users.map((user) => user.password),
  ]
  return all.filter((secret) => secret.length >= 6)
}
