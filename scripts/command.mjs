import { spawn } from 'node:child_process'
import { root } from './workspace.mjs'

/**
 * Runs a command and keeps what it says, so that a step which succeeds costs the reader one line.
 * Resolves to both streams in the order they came; rejects with them as `error.output` when the command fails.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<string>}
 */
function run(command, args, { cwd = root, env = process.env } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    /** @type {Buffer[]} */
    const chunks = []
    child.stdout.on('data', (chunk) => chunks.push(chunk))
    child.stderr.on('data', (chunk) => chunks.push(chunk))
    const kill = () => child.kill()
    process.once('exit', kill)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      process.off('exit', kill)
      const output = Buffer.concat(chunks).toString()
      if (code === 0) return resolve(output)
      reject(
        Object.assign(new Error(`${command} ${args.join(' ')}: ended with ${signal ?? `code ${code}`}.`), { output }),
      )
    })
  })
}

/**
 * Runs a Node program of the workspace.
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 */
export function node(args, options) {
  return run(process.execPath, args, options)
}

/**
 * Runs npm: the one that started us if there is one, so that its version and its settings are the same.
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 */
export function npm(args, options) {
  const running = process.env.npm_execpath
  if (running?.endsWith('npm-cli.js')) return node([running, ...args], options)
  return process.platform === 'win32' ? run('cmd.exe', ['/c', 'npm', ...args], options) : run('npm', args, options)
}
