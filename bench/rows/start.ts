import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { median } from '../measure.ts'
import { type Measure, time } from '../row.ts'
import { runAsync } from '../run-program.ts'
import { startSts } from '../sts.ts'

const folder = process.env.BENCH_FOLDER ?? '.'
const rounds = 15

/** How long `import` takes, inside a process of its own. */
export const importTime: Measure = async () => {
  const of = (name: string): number => {
    const file = program(
      `import-${name.replace(/\W/g, '-')}`,
      `
      const start = performance.now()
      await import('${name}')
      console.log(performance.now() - start)`,
    )
    return median(Array.from({ length: rounds }, () => Number(spawnSync(process.execPath, [file]).stdout.toString())))
  }
  const [ours, peer] = [of('entrada'), of('@azure/identity')]
  return [
    {
      what: 'import of the library',
      ours: time(ours),
      peer: time(peer),
      ratio: peer / ours,
      aim: '6 ms',
      isReached: ours <= 6,
    },
  ]
}

/** From the start of a process to its first token over TLS, above a process that does nothing. */
export const firstToken: Measure = async () => {
  const sts = await startSts()
  const { emulator } = sts
  const env = { ...process.env, ...emulator.env(), NODE_EXTRA_CA_CERTS: emulator.ca.path }
  const body = (options: string): string => `
    const { AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: client, AZURE_CLIENT_SECRET: secret } = process.env
    await new ClientSecretCredential(tenant, client, secret, ${options}).getToken('https://storage.azure.com/.default')
    process.exit()`
  const bare = program('bare', 'process.exit()')
  const ours = program('first-ours', `import { ClientSecretCredential } from 'entrada'${body('{}')}`)
  const peer = program(
    'first-peer',
    `import { ClientSecretCredential } from '@azure/identity'${body('{ disableInstanceDiscovery: true }')}`,
  )
  await runAsync(ours, env)
  const times = { bare: [] as number[], ours: [] as number[], peer: [] as number[] }
  for (let round = 0; round < rounds; round++) {
    times.bare.push(await runAsync(bare, env))
    times.ours.push(await runAsync(ours, env))
    times.peer.push(await runAsync(peer, env))
  }
  await emulator.close()
  const above = { ours: median(times.ours) - median(times.bare), peer: median(times.peer) - median(times.bare) }
  return [
    {
      what: 'process start to first token over TLS, above bare node',
      ours: `+${time(above.ours)}`,
      peer: `+${time(above.peer)}`,
      ratio: above.peer / above.ours,
      aim: '+45 ms',
      isReached: above.ours <= 45,
    },
  ]
}

function program(name: string, text: string): string {
  const file = join(folder, `${name}.mjs`)
  writeFileSync(file, text)
  return file
}
