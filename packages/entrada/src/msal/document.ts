/**
 * The document that the MSAL libraries of every language keep (their "unified cache schema"): sections of entries. What
 * is unknown in it, whole sections and single fields, belongs to another program and is kept as it was.
 */

/** The sections that have a meaning here. */
export type MsalSection = 'AccessToken' | 'RefreshToken' | 'IdToken' | 'Account' | 'AppMetadata'

/** One entry, unread: another program wrote it. */
export type MsalEntry = Readonly<Record<string, unknown>>

/** A document by the names of its members. A map, so that no name in it can be taken for part of an object's own. */
export type MsalDocument = Map<string, unknown>

/** Reads a document, or says why the text is none. An empty text is an empty document, as MSAL has it. */
export function readMsalDocument(text: string): MsalDocument | { reason: string } {
  const trimmed = text.replace(/^\uFEFF/, '').trim()
  if (trimmed === '') return new Map()
  try {
    const value: unknown = JSON.parse(trimmed)
    return isObject(value) ? new Map(Object.entries(value)) : { reason: 'it is no JSON object' }
  } catch {
    return { reason: 'it is not JSON' }
  }
}

/** The document as text. */
export function msalDocumentText(document: MsalDocument): string {
  return JSON.stringify(Object.fromEntries(document), undefined, 4)
}

/** The entries of a section that are entries, by key. */
export function entriesOf(document: MsalDocument, section: MsalSection): [key: string, entry: MsalEntry][] {
  const entries = document.get(section)
  if (!isObject(entries)) return []
  return Object.entries(entries).filter((pair): pair is [string, MsalEntry] => isObject(pair[1]))
}

/** Sets fields of an entry, which is made if it is not there. Its other fields stay. */
export function setEntry(document: MsalDocument, section: MsalSection, key: string, fields: MsalEntry): void {
  const former = document.get(section)
  const entries = new Map(isObject(former) ? Object.entries(former) : [])
  const entry = entries.get(key)
  entries.set(key, isObject(entry) ? { ...entry, ...fields } : fields)
  document.set(section, Object.fromEntries(entries))
}

/** Removes an entry, if it is there. */
export function removeEntry(document: MsalDocument, section: MsalSection, key: string): void {
  const entries = document.get(section)
  if (!isObject(entries)) return
  document.set(section, Object.fromEntries(Object.entries(entries).filter(([name]) => name !== key)))
}

/** A field that is a text and not empty. Nothing is read from a prototype. */
export function textField(entry: MsalEntry, name: string): string | undefined {
  const value = Object.hasOwn(entry, name) ? entry[name] : undefined
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A time, in milliseconds since the epoch: MSAL writes seconds, as a text in most languages. */
export function timeField(entry: MsalEntry, name: string): number | undefined {
  const value = Object.hasOwn(entry, name) ? entry[name] : undefined
  const isSeconds = typeof value === 'number' || (typeof value === 'string' && /^\d{1,12}$/.test(value))
  const milliseconds = isSeconds ? Number(value) * 1000 : Number.NaN
  return Number.isSafeInteger(milliseconds) && milliseconds >= 0 ? milliseconds : undefined
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
