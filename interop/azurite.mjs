import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { cleanEnvironment } from '../scripts/environment.mjs'
import { temporaryFolder } from '../scripts/temporary-folder.mjs'

/** @typedef {{ url: string, close(): Promise<void> }} Azurite */

const ACCOUNT = 'devstoreaccount1'
const LISTENING = /Blob service successfully listens on (https:\S+)/
// Standard input is a pipe that we never write to: it ends when we do, killed or not, and Azurite follows.
const END_WITH_PARENT = 'data:text/javascript,process.stdin.on("end",()=>process.exit()).resume()'
// Azurite 3.35 knows API versions up to 2025-11-05; the storage clients of today send a later one.
const OPTIONS = ['--oauth', 'basic', '--skipApiVersionCheck', '--inMemoryPersistence', '--silent', '--disableTelemetry']

/**
 * Starts the blob service of Azurite, Azure Storage's own emulator, on a free loopback port. It speaks HTTPS, because
 * storage clients send tokens over nothing else, and checks tokens as Azure Storage does, but for their signature.
 * Rejects with what Azurite said if it does not come up.
 * @param {{ certificate: string, privateKey: string }} server PEM, for `127.0.0.1`
 * @returns {Promise<Azurite>} `url` is the account's blob endpoint
 */
export async function startAzurite(server) {
  const folder = await temporaryFolder()
  const certificate = join(folder.path, 'server.pem')
  const key = join(folder.path, 'server.key')
  await writeFile(certificate, server.certificate)
  await writeFile(key, server.privateKey, { mode: 0o600 })

  const program = fileURLToPath(import.meta.resolve('azurite/dist/src/blob/main.js'))
  const address = ['--blobHost', '127.0.0.1', '--blobPort', '0', '--cert', certificate, '--key', key]
  const child = spawn(process.execPath, ['--import', END_WITH_PARENT, program, ...address, ...OPTIONS], {
    cwd: folder.path,
    env: cleanEnvironment(),
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit')
  const close = async () => {
    child.kill('SIGKILL')
    await exited
    folder.remove()
  }
  try {
    return { url: `${await listening(child)}/${ACCOUNT}`, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** @param {import('node:child_process').ChildProcessByStdio<null | import('node:stream').Writable, import('node:stream').Readable, import('node:stream').Readable>} child */
async function listening({ stdout, stderr }) {
  /** @type {string[]} */
  const said = []
  stderr.on('data', (chunk) => said.push(String(chunk)))
  for await (const line of createInterface(stdout)) {
    const url = LISTENING.exec(line)?.[1]
    if (url !== undefined) {
      stdout.resume()
      return url
    }
    said.push(line)
  }
  throw new Error(`Azurite did not start. It said:\n${said.join('\n')}`)
}
