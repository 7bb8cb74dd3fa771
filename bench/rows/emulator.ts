import { generateKeyPairSync, sign } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { startEmulator } from '@entrada/emulator'
import { OAuth2Server } from 'oauth2-mock-server'
import { costs, median } from '../measure.ts'
import { type Measure, perSecond, type Row, time } from '../row.ts'
import { runForOutput } from '../run-program.ts'

const folder = process.env.BENCH_FOLDER ?? '.'
const rounds = 7
const scope = 'https://storage.azure.com/.default'

/**
 * The emulator beside oauth2-mock-server, each in the processor time that it takes, since other programs on the machine take
 * nothing of that; the rates are those of one core.
 */
export const emulators: Measure = async () => {
  const [ours, peer, bare] = await startTimes()
  const emulator = await startEmulator()
  const mock = new OAuth2Server()
  await mock.issuer.keys.generate('RS256')
  await mock.start(0, 'localhost')
  const { AZURE_TENANT_ID = '', AZURE_CLIENT_ID = '', AZURE_CLIENT_SECRET = '' } = emulator.env()
  const asked = { grant_type: 'client_credentials', client_id: AZURE_CLIENT_ID, client_secret: AZURE_CLIENT_SECRET }
  const body = String(new URLSearchParams({ ...asked, scope }))
  const path = `/${AZURE_TENANT_ID}/oauth2/v2.0/token`
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const agent = new Agent({ keepAlive: true })
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const [inProcess, built, overHttp, mockOverHttp, signature] = await costs([
    async () => (await emulator.fetch(`${emulator.url}${path}`, { method: 'POST', headers, body })).json(),
    () => mock.issuer.buildToken(),
    () => post(`${emulator.httpUrl}${path}`, body, agent),
    () => post(`${mock.issuer.url}/token`, body, agent),
    async () => sign('sha256', Buffer.from(body), privateKey),
  ])
  agent.destroy()
  await Promise.all([emulator.close(), mock.stop()])
  return [
    {
      what: 'the emulator: processor time from the start of a process to its first token, over http',
      ours: `${time(ours)}, of which bare node ${time(bare)}`,
      peer: `${time(peer)} (oauth2-mock-server)`,
      ratio: peer / ours,
      aim: '130 ms',
      isReached: ours <= 130,
    },
    row(
      'a token in process',
      inProcess,
      built,
      signature,
      'buildToken of oauth2-mock-server, which reads no request',
      5_000,
    ),
    row('a token over http, with its client', overHttp, mockOverHttp, signature, 'oauth2-mock-server', 2_500),
  ]
}

/** Of microseconds. */
function row(what: string, ours: number, peer: number, signature: number, whose: string, aim: number): Row {
  const rate = 1e6 / ours
  return {
    what: `the emulator: processor time of ${what}`,
    ours: `${time(ours / 1000)}, ${perSecond(rate)} for one core`,
    peer: `${time(peer / 1000)} (${whose}), ${time(signature / 1000)} (an RSA signature alone)`,
    ratio: peer / ours,
    aim: perSecond(aim),
    isReached: rate >= aim,
  }
}

/** Milliseconds of processor time from the start of a process to its first token: ours, the peer's, and a process that does nothing. */
async function startTimes(): Promise<[ours: number, peer: number, bare: number]> {
  const report = `
    const { user, system } = process.cpuUsage()
    console.log((user + system) / 1000)
    process.exit()`
  const ask = `
    const answer = await fetch(url, { method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials', ...form }) })
    if (!(await answer.json()).access_token) process.exit(1)${report}`
  const programs = [
    `import { startEmulator } from '@entrada/emulator'
      const emulator = await startEmulator()
      const env = emulator.env()
      const form = { client_id: env.AZURE_CLIENT_ID, client_secret: env.AZURE_CLIENT_SECRET, scope: '${scope}' }
      const url = emulator.httpUrl + '/' + env.AZURE_TENANT_ID + '/oauth2/v2.0/token'${ask}`,
    `import { OAuth2Server } from 'oauth2-mock-server'
      const server = new OAuth2Server()
      await server.issuer.keys.generate('RS256')
      await server.start(0, 'localhost')
      const form = { scope: '${scope}' }
      const url = server.issuer.url + '/token'${ask}`,
    report,
  ]
  const files = programs.map((text, index) => {
    const file = join(folder, `emulator-start-${index}.mjs`)
    writeFileSync(file, text)
    return file
  })
  const times: number[][] = files.map(() => [])
  for (let round = 0; round < rounds; round++) {
    for (const [place, file] of files.entries()) {
      times[place]?.push(Number(await runForOutput(file, process.env)))
    }
  }
  return times.map(median) as [number, number, number]
}

async function post(url: string, body: string, agent: Agent): Promise<void> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) }
  const sent = request(url, { method: 'POST', agent, headers })
  sent.end(body)
  const [answer] = await once(sent, 'response')
  for await (const _ of answer);
  if (answer.statusCode !== 200) throw new Error(`${url} answered ${answer.statusCode}`)
}
