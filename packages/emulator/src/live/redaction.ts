import type { Directory } from '../directory/directory.ts'

const placeholder = '[hidden]'

/**
 * Makes a string from a request safe to show: declared secrets and passwords, JWTs, strings that look like Entra ID's
 * secrets, and anything long enough to be a token are removed, because people paste them into the wrong field.
 */
export function shownText(text: string, directory: Pick<Directory, 'apps' | 'users'>): string {
  let shown = text
  for (const secret of secretsOf(directory)) shown = shown.replaceAll(secret, placeholder)
  return shown
    .replace(/\beyJ[\w-]+\.[\w.=-]*/g, placeholder)
    .replace(/[\w.~-]{3}\dQ~[\w.~-]{20,}/g, placeholder)
    .replace(/[\w.~+=-]{60,}/g, placeholder)
    .slice(0, 500)
}

/** Short secrets would take letters out of ordinary words. */
function secretsOf({ apps, users }: Pick<Directory, 'apps' | 'users'>): string[] {
  const all = [
    ...apps.flatMap(({ secrets }) => secrets.map(({ value }) => value)),
    ...users.map((user) => user.password),
  ]
  return all.filter((secret) => secret.length >= 6)
}
