import { isCatalogued } from '../aadsts.ts'
import { count, fail } from './fields.ts'

/** Reads a code of the catalogue. */
export function refusalCode(value: unknown, path: string): number {
  const code = count(value, path)
  return isCatalogued(code) ? code : fail(path, `${code} is not in the catalogue`, 'Use a code that README.md lists.')
}
