import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** How long a program runs, in milliseconds; this process goes on serving it meanwhile. Rejects if it fails. */
export async function runAsync(
  file: string,
  env: NodeJS.ProcessEnv,
  { node = process.execPath, args = [] }: { node?: string; args?: readonly string[] } = {},
): Promise<number> {
  const start = performance.now()
  const child = spawn(node, [file, ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`${file} ended with code ${code}`)
  return performance.now() - start
}

/** What a program prints; this process goes on serving it meanwhile. Rejects if it fails. */
export async function runForOutput(file: string, env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn(process.execPath, [file], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    output += chunk
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${file} ended with code ${code}`)
  return output
}
