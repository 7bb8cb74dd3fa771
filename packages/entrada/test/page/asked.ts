import type { Emulator } from '@entrada/emulator'

export { objectIdOf, parametersOf } from '../sign-in/person.ts'

/** Requests to the token endpoint so far, by grant. */
export function grantsIn(emulator: Emulator): (string | undefined)[] {
  return emulator.requests.filter(({ path }) => path.endsWith('/token')).map(({ form }) => form.grant_type)
}
