/**
 * The document that the MSAL libraries of every language keep (their "unified cache schema"): sections of entries.
 * Anything unknown in it, whether a whole section or a single field, belongs to another program and is kept unchanged.
 */
import { equalIgnoringCase } from '../runtime/equal-ignoring-case.ts'

/** The sections that we use. */
export type MsalSection = 'AccessToken' | 'RefreshToken' | 'IdToken' | 'Account' | 'AppMetadata'

/** One entry, not yet validated, because another program may have written it. */
export type MsalEntry = Readonly<Record<string, unknown>>

/** A document by the names of its members. It is a map, so that no name can collide with an inherited property. */
export type MsalDocument = Map<string, unknown>

/**
 * In characters; a longer document is not read. The limit is higher than the 1 MiB for other files: a cache of many
 * users and tenants grows to several megabytes, MSAL itself has no limit, and `JSON.parse` takes linear time.
 */
const longestDocument = 16 * 1024 * 1024

/** Reads a document, or says why the text is not one. An empty text is an empty document, as it is for MSAL. */
export function readMsalDocument(text: string): MsalDocument | { reason: string } {
  if (text.length > longestDocument) return { reason: `it is longer than ${longestDocument} characters` }
  const trimmed = text.replace(/^\uFEFF/, '').trim()
  if (trimmed === '') return new Map()
  try {
    const value: unknown = JSON.parse(trimmed)
    return isObject(value) ? new Map(Object.entries(value)) : { reason: 'it is not a JSON object' }
  } catch {
    return { reason: 'it is not JSON' }
  }
}

/** The document as text. */
export function msalDocumentText(document: MsalDocument): string {
  return JSON.stringify(Object.fromEntries(document), undefined, 4)
}

/** The entries of a section by key. Anything that is not an object is skipped. */
export function entriesOf(document: MsalDocument, section: MsalSection): [key: string, entry: MsalEntry][] {
  const entries = document.get(section)
  if (!isObject(entries)) return []
  return Object.entries(entries).filter((pair): pair is [string, MsalEntry] => isObject(pair[1]))
}

/**
 * The part of a document that belongs to one holder (a home account id, or '' for applications), as one document per
 * client: to find every token of a user, the whole document is then scanned once, not once per token.
 */
export function documentsByClient(document: MsalDocument, holder: string): Map<string, MsalDocument> {
  const isTheirs = (entry: MsalEntry): boolean => equalIgnoringCase(textField(entry, 'home_account_id') ?? '', holder)
  const accounts = new Map<string, MsalEntry>()
  for (const [, entry] of entriesOf(document, 'Account').reverse()) {
    if (isTheirs(entry)) accounts.set(textField(entry, 'environment')?.toLowerCase() ?? '', entry)
  }
  const clients = new Map<string, MsalDocument>()
  for (const section of ['AccessToken', 'RefreshToken', 'IdToken'] as const) {
    for (const [name, entry] of entriesOf(document, section)) {
      if (!isTheirs(entry)) continue
      const client = textField(entry, 'client_id')?.toLowerCase() ?? ''
      const part = clients.get(client) ?? new Map([['Account', Object.fromEntries(accounts)]])
      clients.set(client, part)
      const entries = part.get(section) ?? Object.create(null)
      part.set(section, entries)
      ;(entries as Record<string, unknown>)[name] = entry
    }
  }
  return clients
}

/** Sets fields of an entry, which is created if necessary. Its other fields are kept. */
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

/** A field that is a non-empty string. Inherited properties are ignored. */
export function textField(entry: MsalEntry, name: string): string | undefined {
  const value = Object.hasOwn(entry, name) ? entry[name] : undefined
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A time, in milliseconds since the epoch: most MSAL libraries write seconds, as a string. */
export function timeField(entry: MsalEntry, name: string): number | undefined {
  const value = Object.hasOwn(entry, name) ? entry[name] : undefined
  const isSeconds = typeof value === 'number' || (typeof value === 'string' && /^\d{1,12}$/.test(value))
  const milliseconds = isSeconds ? Number(value) * 1000 : Number.NaN
  return Number.isSafeInteger(milliseconds) && milliseconds >= 0 ? milliseconds : undefined
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
