import { AuthenticationError, type EntradaEvent } from 'entrada'
import { type Ability, abilitiesOf, ask, askedFor, check, failure, newScope, Told } from './ability.ts'
import { withSecret } from './applications.ts'

/** What a call does besides getting a token. */
export const calls: readonly Ability[] = abilitiesOf('Calls', {
  async 'A token is cached'(given) {
    await using credential = withSecret(given)
    const scope = newScope()
    const tokens = [await credential.getToken(scope), await credential.getToken(scope)]
    check(tokens[0] === tokens[1] && (await askedFor(given, scope)) === 1, 'the second call asked again')
  },
  async 'A thousand callers, one request'(given) {
    await using credential = withSecret(given)
    const scope = newScope()
    await Promise.all(Array.from({ length: 1000 }, () => credential.getToken(scope)))
    check((await askedFor(given, scope)) === 1, 'several were asked for')
  },
  async 'A 503 is tried again'(given) {
    await using credential = withSecret(given)
    await ask(given, 'refuse-once')
    await credential.getToken(newScope())
  },
  async '`abortSignal` ends a call'(given) {
    await using credential = withSecret(given, { fetch: silence })
    const controller = new AbortController()
    const call = failure(credential.getToken(newScope(), { abortSignal: controller.signal }))
    controller.abort()
    check((await call).name === 'AbortError', 'it ended otherwise')
  },
  async '`requestOptions.timeout` ends a call'(given) {
    await using credential = withSecret(given, { fetch: silence })
    const error = await failure(credential.getToken(newScope(), { requestOptions: { timeout: 20 } }))
    check(error.name === 'TimeoutError', `it ended with ${error.name}`)
  },
  async '`close()` ends the calls that wait'(given) {
    const credential = withSecret(given, { fetch: silence })
    const call = failure(credential.getToken(newScope()))
    await credential.close()
    check(/is closed/.test((await call).message), 'it ended otherwise')
  },
  async 'A refusal has Entra ID’s code'(given) {
    const wrong = { ...given, clientSecret: 'wrong' }
    await using credential = withSecret(wrong)
    const error = await failure(credential.getToken(newScope()))
    const codes = error instanceof AuthenticationError ? error.errorResponse.errorCodes : undefined
    check(codes?.[0] === 7000215, error.message)
  },
  async 'A host that is not there is named'(given) {
    const { gateway: _, ...nowhere } = { ...given, authorityHost: 'https://localhost:9' }
    await using credential = withSecret(nowhere)
    const error = await failure(credential.getToken(newScope()))
    check(/localhost:9/.test(error.message) && !/Authentication required/i.test(error.message), error.message)
  },
  async 'Events (`onEvent`)'(given) {
    const events: EntradaEvent[] = []
    await using credential = withSecret(given, { onEvent: (event) => events.push(event) })
    await credential.getToken(newScope())
    check(
      events.some(({ type }) => type === 'token-acquired'),
      'none came',
    )
  },
  async 'Events on `node:diagnostics_channel`'(given) {
    const module = globalThis.process?.getBuiltinModule?.('node:diagnostics_channel')
    if (module === undefined) throw new Told('There is no such module.')
    let heard = 0
    const hear = (): void => void heard++
    module.subscribe('entrada', hear)
    await using credential = withSecret(given)
    await credential.getToken(newScope())
    module.unsubscribe('entrada', hear)
    check(heard > 0, 'none came')
  },
})

/** An authority that never answers. */
function silence(): Promise<never> {
  return new Promise(() => undefined)
}
