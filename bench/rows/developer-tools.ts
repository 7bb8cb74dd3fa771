import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startEmulator } from '@entrada/emulator'
import { type AzureCli, CLOUD_HOSTS, openAzureCliHouse } from '../../interop/azure-cli.ts'
import { median } from '../measure.ts'
import { type Measure, type Row, time } from '../row.ts'
import { runForOutput } from '../run-program.ts'

const folder = process.env.BENCH_FOLDER ?? '.'
const rounds = 3
const scope = 'https://storage.azure.com/.default'

/** Both libraries with the real Azure CLI, signed in to the emulator and not. */
export const azureCli: Measure = async () => {
  if (!existsSync('/usr/bin/az')) return [notInstalled]
  const emulator = await startEmulator({ hosts: CLOUD_HOSTS })
  const house = await openAzureCliHouse(emulator, { bundle: emulator.ca.path })
  try {
    const signedIn = await house.fresh()
    const { AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: client, AZURE_CLIENT_SECRET: secret } = emulator.env()
    const who = ['-u', client ?? '', '-p', secret ?? '', '--tenant', tenant ?? '']
    await signedIn.json('login', '--service-principal', ...who)
    return await measured(signedIn, await house.fresh())
  } finally {
    await house[Symbol.asyncDispose]()
    await emulator.close()
  }
}

const notInstalled: Row = {
  what: 'AzureCliCredential and the default chain with the real Azure CLI',
  ours: 'not installed: apt-get install azure-cli',
  peer: '',
  aim: '',
  isReached: true,
}

async function measured(signedIn: AzureCli, nobody: AzureCli): Promise<Row[]> {
  const az: number[] = []
  const [single, chain, nothing] = [pair(), pair(), pair()]
  for (let round = 0; round < rounds; round++) {
    az.push(await duration(signedIn))
    await calls(single, 'AzureCliCredential', signedIn)
    await calls(chain, 'DefaultAzureCredential', signedIn)
    await calls(nothing, 'DefaultAzureCredential', nobody)
  }
  const own = median(az)
  return [
    first('AzureCliCredential, first token', single, own),
    second('AzureCliCredential, second token', single, 0.1),
    first('default chain of developer tools, signed in with az: first token', chain, own),
    second('the same, second token', chain, 0.1),
    second('default chain of developer tools, nothing configured: second call', nothing, 5),
  ]
}

/** Milliseconds of first and second calls. */
interface Times {
  first: number[]
  second: number[]
}

function pair(): { ours: Times; peer: Times } {
  return { ours: { first: [], second: [] }, peer: { first: [], second: [] } }
}

function first(what: string, { ours, peer }: { ours: Times; peer: Times }, own: number): Row {
  const [mine, theirs] = [median(ours.first), median(peer.first)]
  return {
    what,
    ours: `${time(mine)} (az itself ${time(own)})`,
    peer: time(theirs),
    ratio: theirs / mine,
    aim: 'az itself + 60 ms',
    isReached: mine <= own + 60,
  }
}

function second(what: string, { ours, peer }: { ours: Times; peer: Times }, limit: number): Row {
  const [mine, theirs] = [median(ours.second), median(peer.second)]
  return {
    what,
    ours: time(mine),
    peer: time(theirs),
    ratio: theirs / mine,
    aim: time(limit),
    isReached: mine <= limit,
  }
}

/** Two calls of each library, each in a process of its own. */
async function calls(into: { ours: Times; peer: Times }, name: string, az: AzureCli): Promise<void> {
  for (const [side, library] of [
    ['ours', 'entrada'],
    ['peer', '@azure/identity'],
  ] as const) {
    const file = join(folder, `az-${side}-${name}.mjs`)
    writeFileSync(file, program(library, name))
    // Without managed identity: the address of the instance metadata service is not to be asked from a bench.
    const env = { ...az.env, AZURE_TOKEN_CREDENTIALS: 'dev' }
    const [one = Number.NaN, two = Number.NaN] = JSON.parse(await runForOutput(file, env)) as number[]
    into[side].first.push(one)
    into[side].second.push(two)
  }
}

function program(library: string, name: string): string {
  return `
    import { ${name} } from '${library}'
    const credential = new ${name}()
    const times = []
    for (let call = 0; call < 2; call++) {
      const start = performance.now()
      await credential.getToken('${scope}').catch(() => undefined)
      times.push(performance.now() - start)
    }
    console.log(JSON.stringify(times))
    process.exit()`
}

async function duration(az: AzureCli): Promise<number> {
  const start = performance.now()
  await az.json('account', 'get-access-token', '--resource', 'https://storage.azure.com')
  return performance.now() - start
}
