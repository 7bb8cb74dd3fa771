// A worker that runs for months: one credential, a token for each round, and no round lost to an outage.
import { setTimeout as pause } from 'node:timers/promises'
import { DefaultAzureCredential } from 'entrada'

const every = Number(process.env.WORKER_EVERY_MS ?? 60_000)
const scope = 'https://servicebus.azure.net/.default'
const ending = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => ending.abort())

const credential = new DefaultAzureCredential({
  onEvent: (event) => {
    // Nobody waits for it: the token at hand is good until its end.
    if (event.type === 'refresh-failed') console.warn(`Refresh failed, next in ${Math.round(event.nextInMs / 1000)} s`)
  },
})

while (!ending.signal.aborted) {
  try {
    const { expiresOnTimestamp } = await credential.getToken(scope, { abortSignal: ending.signal })
    console.log(`Round done, token good for ${Math.round((expiresOnTimestamp - Date.now()) / 60_000)} minutes`)
  } catch (error) {
    // The next round tries again: no failure is remembered.
    if (!ending.signal.aborted) console.error(/** @type {Error} */ (error).message)
  }
  await pause(every, undefined, { signal: ending.signal }).catch(() => undefined)
}
await credential.close()
console.log('Ended')
