import type { Directory } from '../directory/directory.ts'

const placeholder = '[hidden]'

/**
 * Makes a string from a request safe to show: declared secrets and passwords, JWTs, strings that look like Entra ID's
 * secrets, and anything long enough to be a token are removed, because people paste them into the wrong field.
 */
export function shownText(text: string, directory: Pick<Directory, 'apps' | 'users'>): string {
  const secrets = secretsOf(directory)
  // Of a long text only the beginning is read, however long a client made it.
  let shown = text.slice(0, longestRead)
  for (const secret of secrets) shown = shown.replaceAll(secret, placeholder)
  shown = shown
    .replace(/\beyJ[\w-]+\.[\w.=-]*/g, placeholder)
    .replace(/[\w.~-]{3}\dQ~[\w.~-]{20,}/g, placeholder)
    .replace(/[\w.~+=-]{60,}/g, placeholder)
  if (text.length > longestRead && !shown.endsWith(placeholder)) {
    // Its end may be the beginning of a secret.
    shown = shown.slice(0, -Math.max(60, ...secrets.map(({ length }) => length))) + placeholder
  }
  return shown.slice(0, longestShown)
}

const longestRead = 4000
const longestShown = 500

/** Short secrets would take letters out of ordinary words. */
function secretsOf({ apps, users }: Pick<Directory, 'apps' | 'users'>): string[] {
  const all = [
    ...apps.flatMap(({ secrets }) => secrets.map(({ value }) => value)),
    ...users.map((user) => user.password),
  ]
  return all.filter((secret) => secret.length >= 6)
}
