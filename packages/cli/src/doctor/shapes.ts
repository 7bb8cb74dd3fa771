/** What values look like. */
export function isGuid(value: string): boolean {
  return /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i.test(value)
}

/** An id, a domain, or one of the words that stand for any tenant. */
export function isTenant(value: string): boolean {
  return isGuid(value) || /^(?:common|organizations|consumers|adfs)$/i.test(value) || isDomain(value)
}

function isDomain(value: string): boolean {
  return /^(?=.{4,253}$)(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)+[a-z]{2,}$/i.test(value)
}

/** Entra ID's secrets have 34 to 40 characters of letters, digits and `._~-`, and hardly ever a form of another kind. */
export function looksLikeSecret(value: string): boolean {
  return /^[\w.~+/=-]{16,}$/.test(value) && !isTenant(value) && /[A-Z]/.test(value) && /[a-z\d]/.test(value)
}

/** Text of examples, and references that a shell, a pipeline or a template should have replaced. */
export function isPlaceholder(value: string): boolean {
  const text = value.trim().replace(/^(["'])(.*)\1$/, '$2')
  return (
    /^(?:\$\{\{.*\}\}|\$\{[^}]*\}|\$\([^)]*\)|\$[A-Za-z_]\w*|%[A-Za-z_]\w*%|#\{.*\}#|\{\{.*\}\}|__\w+__)$/.test(text) ||
    /^<[^<>]+>$/.test(text) ||
    /^\[[^[\]]+\]$/.test(text) ||
    /^x{8}-(?:x{4}-){3}x{12}$/i.test(text) ||
    /^0{8}-(?:0{4}-){3}0{12}$/.test(text) ||
    /^(?:your|my|enter|insert|replace|change)[-_ ].*(?:id|secret|tenant|here|me|password|value|path)$/i.test(text) ||
    /^(?:changeme|todo|xxx+|\.{3}|null|undefined|none|tenant[-_ ]?id|client[-_ ]?id|client[-_ ]?secret)$/i.test(text)
  )
}

/** An id or a domain as it stands; anything else could be a secret in the wrong place, and is only described. */
export function shownId(value: string): string {
  return isTenant(value) || isGuid(value) ? value : `a value of ${value.length} characters`
}

/** A sentence of the library's, which begins with a small letter where its messages have a name in front. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
