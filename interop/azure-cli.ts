import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Emulator } from '@entrada/emulator'
import { temporaryFolder } from '../scripts/temporary-folder.mjs'
import { cleanEnvironment } from '../testing/environment.mjs'
import { startConnectProxy } from './connect-proxy.ts'

/** The hosts that the emulator stands in for; it must be started with them. */
export const CLOUD_HOSTS = ['login.microsoftonline.com', 'management.azure.com']

/** How a run of `az` ended. */
interface AzEnded {
  code: number | null
  stdout: string
  stderr: string
}

/** One person's Azure CLI: what it remembers is in a folder of its own. */
export interface AzureCli {
  /** The environment it runs in, for programs that start it themselves. */
  readonly env: NodeJS.ProcessEnv
  /** Runs `az`. `onStderr` gets what it has said on standard error so far, each time it says more. */
  run(args: readonly string[], onStderr?: (said: string) => void): Promise<AzEnded>
  /** The same; rejects with what it said when its exit code is not 0, and gives what it printed, as JSON. */
  json(...args: string[]): Promise<unknown>
  /** The arguments of each time that it was started, by whomever. */
  runs(): Promise<string[]>
}

export interface AzureCliHouse {
  /** An Azure CLI that nobody is signed in to; `env` adds to its environment. */
  fresh(env?: NodeJS.ProcessEnv): Promise<AzureCli>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * The real Azure CLI, its cloud replaced by the emulator: a proxy leads the cloud's hosts there and refuses all others,
 * so that nothing leaves this machine, and homes and settings are in a temporary folder. `ports` adds to the proxy's;
 * `bundle` is a file with the emulator's certificate authority.
 */
export async function openAzureCliHouse(
  emulator: Emulator,
  { ports = {}, bundle = process.env.NODE_EXTRA_CA_CERTS }: { ports?: Record<string, number>; bundle?: string } = {},
): Promise<AzureCliHouse> {
  const port = Number(new URL(emulator.url).port)
  const hosts = Object.fromEntries(CLOUD_HOSTS.map((host) => [`${host}:443`, port]))
  const proxy = await startConnectProxy({ ...hosts, ...ports })
  const folder = await temporaryFolder()
  const programs = await countedProgram(folder.path)
  let count = 0
  const indexOf = (directory: string): string => join(directory, 'commandIndex.json')
  return {
    fresh: async (env) => {
      count += 1
      const directory = join(folder.path, `azure-${count}`)
      await mkdir(directory, { mode: 0o700 })
      // Which command is in which module: an hour's memory of the first, which takes it a second to find out.
      if (count > 1) await copyFile(indexOf(join(folder.path, 'azure-1')), indexOf(directory)).catch(() => undefined)
      return azureCli({
        ...environment({ home: folder.path, directory, programs, bundle, proxyPort: proxy.port }),
        ...env,
      })
    },
    [Symbol.asyncDispose]: async () => {
      await proxy[Symbol.asyncDispose]()
      folder.remove()
    },
  }
}

/** A folder with an `az` that notes its arguments and becomes the real one. */
async function countedProgram(home: string): Promise<string> {
  const folder = join(home, 'bin')
  await mkdir(folder, { mode: 0o700 })
  const script = '#!/bin/sh\necho "$*" >> "$AZURE_CONFIG_DIR/runs"\nexec /usr/bin/az "$@"\n'
  await writeFile(join(folder, 'az'), script, { mode: 0o700 })
  return folder
}

interface Place {
  home: string
  directory: string
  programs: string
  bundle: string | undefined
  proxyPort: number
}

function environment({ home, directory, programs, bundle, proxyPort }: Place): NodeJS.ProcessEnv {
  const proxy = `http://127.0.0.1:${proxyPort}`
  return cleanEnvironment({
    HOME: home,
    PATH: `${programs}:/usr/bin:/bin`,
    AZURE_CONFIG_DIR: directory,
    AZURE_CORE_COLLECT_TELEMETRY: '0',
    AZURE_CORE_NO_COLOR: '1',
    REQUESTS_CA_BUNDLE: bundle,
    CURL_CA_BUNDLE: bundle,
    SSL_CERT_FILE: bundle,
    HTTPS_PROXY: proxy,
    HTTP_PROXY: proxy,
    NO_PROXY: 'localhost,127.0.0.1',
  })
}

function azureCli(env: NodeJS.ProcessEnv): AzureCli {
  const run: AzureCli['run'] = async (args, onStderr) => {
    const child = spawn('az', args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      stdout += chunk
    })
    child.stderr.setEncoding('utf8').on('data', (chunk) => {
      stderr += chunk
      onStderr?.(stderr)
    })
    const [code] = await once(child, 'close')
    return { code, stdout, stderr }
  }
  return {
    env,
    run,
    runs: async () => {
      const noted = await readFile(join(String(env.AZURE_CONFIG_DIR), 'runs'), 'utf8').catch(() => '')
      return noted.split('\n').filter((line) => line !== '')
    },
    json: async (...args) => {
      const { code, stdout, stderr } = await run([...args, '--output', 'json'])
      if (code === 0) return JSON.parse(stdout)
      throw new Error(`az ${args.slice(0, 2).join(' ')} ended with ${code}: ${stderr}`)
    },
  }
}
