import type { ClientSecretCredential, TokenCredentialOptions } from 'entrada'
import { fileTokenStore, memoryTokenStore, recordName, type TokenStore, tokenEnvelope } from 'entrada/store'
import { type Ability, abilitiesOf, askedFor, check, type Given, newScope, tokenOf } from './ability.ts'
import { at, withSecret } from './applications.ts'

type Options = ConstructorParameters<typeof ClientSecretCredential>[3]

/** Tokens that outlive a credential. */
export const stores: readonly Ability[] = abilitiesOf('Stores', {
  'In memory (`memoryTokenStore`)': (given) => keeps(given, { tokenStore: memoryTokenStore() }),
  'One of your own, with `tokenEnvelope`': (given) => keeps(given, { tokenStore: sealed() }),
  'Encrypted files (`fileTokenStore`)': (given) => {
    return keeps(given, { tokenStore: fileTokenStore({ folder: `${given.files.folder}/${crypto.randomUUID()}` }) })
  },
  '`tokenCachePersistenceOptions`': (given) => {
    const options = at({ ...given, envs: { home: { HOME: given.files.folder } } }, 'home')
    return keeps(given, { ...options, tokenCachePersistenceOptions: { enabled: true, name: crypto.randomUUID() } })
  },
})

/** One credential gets a token, and another has it from the store. Rejects with what the store says of itself. */
async function keeps(given: Given, options: Options): Promise<void> {
  const scope = newScope()
  let problem: unknown
  const onEvent: TokenCredentialOptions['onEvent'] = (event) => {
    if (event.type === 'store-failed') problem ??= event.error
  }
  const make = () => withSecret(given, { ...options, onEvent })
  const tokens = [await tokenOf(make(), scope), await tokenOf(make(), scope)]
  if (problem !== undefined) throw problem
  check(tokens[0] === tokens[1] && (await askedFor(given, scope)) === 1, 'the token was not found in the store')
}

/** A store as programs write one: each record sealed, under its name. */
function sealed(): TokenStore {
  const envelope = tokenEnvelope(new Uint8Array(32).map((_, index) => index * 7))
  const texts = new Map<string, string>()
  return {
    async get(key) {
      const name = recordName(key)
      const text = texts.get(name)
      return text === undefined ? undefined : envelope.open(text, name)
    },
    set: async (record) => void texts.set(recordName(record.key), envelope.seal(record)),
    delete: async (key) => void texts.delete(recordName(key)),
    list: async () => [],
  }
}
