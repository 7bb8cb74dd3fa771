import { catalogue } from './catalogue.ts'

/** A code of the catalogue. */
export type AadstsCode = keyof typeof catalogue

/** Whether the catalogue has a code. */
export function isCatalogued(code: number): code is AadstsCode {
  return Object.hasOwn(catalogue, code)
}

/** The code itself. Throws a `RangeError` for one that is not in the catalogue. */
export function cataloguedCode(code: number): AadstsCode {
  if (isCatalogued(code)) return code
  throw new RangeError(`AADSTS${code} is not in the emulator's catalogue. It knows: ${codes().join(', ')}.`)
}

/** Every code of the catalogue, in ascending order. */
export function codes(): AadstsCode[] {
  return Object.keys(catalogue).map(Number) as AadstsCode[]
}
