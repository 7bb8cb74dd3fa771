/** One refusal of the catalogue. */
export interface CatalogueEntry {
  /** OAuth 2.0 error code (RFC 6749, section 5.2, and Entra ID's own). */
  error: string
  status: number
  /** `{name}` is filled from the request. */
  text: string
  suberror?: string
}

export type Catalogue = Readonly<Record<number, CatalogueEntry>>

/** One row of the catalogue. */
export function entry(error: string, status: number, text: string, suberror?: string): CatalogueEntry {
  return suberror === undefined ? { error, status, text } : { error, status, text, suberror }
}
