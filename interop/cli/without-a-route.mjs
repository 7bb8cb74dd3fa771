// An emulator and, beside it, a program: in a network that has nothing but loopback, where nothing else can have answered.
// Arguments: the command. Standard input: { env, input, directory }. Standard output:
// { code, output, errors, requests }.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { startEmulator } from '@entrada/emulator'

const [program, ...args] = process.argv.slice(2)
const { env, input = '', directory } = JSON.parse(await text(process.stdin))
const emulator = await startEmulator({ directory })
const { host } = new URL(emulator.url)
// The address is known only now.
const ca = String(emulator.env().NODE_EXTRA_CA_CERTS)
const filled = (/** @type {string} */ value) =>
  value.replaceAll('{host}', host).replaceAll('{url}', emulator.url).replaceAll('{ca}', ca)
const own = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, filled(value)]))
const child = spawn(String(program), args.map(filled), {
  env: { ...process.env, ...emulator.env(), ...own },
  stdio: 'pipe',
})
child.stdin.end(filled(input))
const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
const requests = emulator.requests.map(({ path, status, headers }) => ({
  path,
  status,
  authorization: headers.authorization,
}))
await emulator.close()
console.log(JSON.stringify({ code, output, errors, requests }))
