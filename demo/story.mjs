import { performance } from 'node:perf_hooks'
import { DefaultAzureCredential } from 'entrada'
import { bad, bold, dim, good } from './colours.mjs'

const scope = 'https://vault.azure.net/.default'
const crowd = 1000

/**
 * Three things that one stays for: whose token it is and why, a crowd that costs one request, and an outage that nobody notices. The
 * emulator plays Entra ID and its outage; the credential's clock is an argument, so that an hour takes no time.
 * @param {import('@entrada/emulator').Emulator} emulator
 * @param {NodeJS.ProcessEnv} env
 */
export async function tellStory(emulator, env) {
  let ahead = 0
  /** @type {((event: import('entrada').EntradaEvent) => void) | undefined} */
  let hear
  const credential = new DefaultAzureCredential({
    host: { env, now: () => Date.now() + ahead, monotonic: () => performance.now() + ahead },
    fetch: emulator.fetch,
    retryOptions: { maxRetries: 0 },
    onEvent: (event) => hear?.(event),
  })
  /** @param {string} type @returns {Promise<import('entrada').EntradaEvent>} */
  const next = (type) =>
    new Promise((resolve) => {
      hear = (event) => event.type === type && resolve(event)
    })

  const { attempts } = await credential.explain('https://storage.azure.com/.default')
  console.log(`\n${bold('Who signs in, and why')}   ${dim('credential.explain(scope)')}`)
  for (const { credential: name, outcome, milliseconds, reason } of attempts) {
    const said = outcome === 'token' ? good('has a token') : dim(reason ?? outcome)
    console.log(`  ${name}   ${said}   ${dim(`${milliseconds.toFixed(0)} ms`)}`)
  }
  console.log(dim('  It found AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET;'))
  console.log(dim('  the credentials after it were not asked.'))

  emulator.requests.clear()
  const begun = performance.now()
  await Promise.all(Array.from({ length: crowd }, () => credential.getToken(scope)))
  const tokens = emulator.requests.filter(({ path }) => path.endsWith('/token')).length
  console.log(`\n${bold(`${crowd.toLocaleString('en')} callers at once, and no token yet`)}`)
  console.log(
    `  requests to Entra ID   ${good(tokens)}   ${dim(`${(performance.now() - begun).toFixed(0)} ms for all of them`)}`,
  )

  const { refreshAfterTimestamp = 0 } = await credential.getToken(scope)
  ahead = Math.max(0, refreshAfterTimestamp - Date.now()) + 1000
  emulator.faults.always({ status: 503 })
  console.log(`\n${bold(`${Math.round(ahead / 60_000)} minutes later the token is due, and Entra ID answers 503`)}`)
  const failed = next('refresh-failed')
  const { answered, errors } = await callersOf(credential)
  const event = await failed
  const waits = event.type === 'refresh-failed' ? event.nextInMs : 0
  console.log(`  callers served         ${good(answered.toLocaleString('en'))}`)
  console.log(`  errors                 ${errors === 0 ? good(0) : bad(errors)}`)
  console.log(`  refresh                ${dim(`failed behind them, next one in ${Math.round(waits / 1000)} s`)}`)

  emulator.faults.clear()
  ahead += waits + 1000
  const refreshed = next('token-acquired')
  await credential.getToken(scope)
  await refreshed
  console.log(`  Entra ID is back       ${dim('a new token came behind the callers; nobody noticed')}`)
  await credential.close()
}

/**
 * Asks one call after the other.
 * @param {DefaultAzureCredential} credential
 */
async function callersOf(credential) {
  const seen = { answered: 0, errors: 0 }
  for (let call = 0; call < crowd; call++) {
    await credential.getToken(scope).then(
      () => seen.answered++,
      () => seen.errors++,
    )
  }
  return seen
}
