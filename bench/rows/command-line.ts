import { mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { median } from '../measure.ts'
import { type Measure, time } from '../row.ts'
import { runAsync } from '../run-program.ts'
import { startSts } from '../sts.ts'

const folder = process.env.BENCH_FOLDER ?? '.'
const rounds = 15

/** `entrada token` with a token in its store, above a Node that does nothing. `az account get-access-token` takes 380 to 530 ms. */
export const commandLine: Measure = async () => {
  const { emulator } = await startSts()
  const home = join(folder, 'home')
  mkdirSync(home, { recursive: true })
  const env = { ...process.env, ...emulator.env(), HOME: home, NODE_EXTRA_CA_CERTS: emulator.ca.path }
  const { resolve } = createRequire(import.meta.url)
  const program = join(dirname(resolve('@entrada/cli/package.json')), 'dist/main.cjs')
  const token = ['token', 'storage', '--credential', 'EnvironmentCredential']
  await runAsync(program, env, { args: token })
  // What is cached needs no authority any more.
  const { NODE_EXTRA_CA_CERTS: _, ...offline } = env
  const bare = join(folder, 'bare-cli.cjs')
  writeFileSync(bare, '')
  const times = { bare: [] as number[], ours: [] as number[] }
  for (let round = 0; round < rounds; round++) {
    times.bare.push(await runAsync(bare, offline))
    times.ours.push(await runAsync(program, offline, { args: token }))
  }
  await emulator.close()
  const above = median(times.ours) - median(times.bare)
  return [
    {
      what: 'entrada token, cached, above bare node',
      ours: `+${time(above)}`,
      peer: `${time(median(times.bare))} bare node`,
      aim: '+30 ms',
      isReached: above <= 30,
    },
  ]
}
