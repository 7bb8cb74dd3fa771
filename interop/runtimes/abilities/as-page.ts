// The abilities in a page, and in its workers: each waits for what is given, and says what came of it.
import { tryAbilities } from './try-abilities.ts'

const scope = globalThis as unknown as {
  document?: unknown
  tryAbilities?: (given: never) => Promise<unknown>
  addEventListener(
    type: 'message',
    listener: (event: { data: never; ports: readonly { postMessage(message: unknown): void }[] }) => void,
  ): void
}

if (scope.document === undefined) {
  scope.addEventListener('message', async ({ data, ports: [port] }) => {
    port?.postMessage(await tryAbilities(data, ({ isBehindProxy }) => !isBehindProxy))
  })
} else {
  scope.tryAbilities = (given) => tryAbilities(given, ({ isBehindProxy }) => !isBehindProxy)
}
