import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** A Redis server of this test's own, on loopback. */
export interface RedisServer {
  port: number
  /** Stops answering until `resume`, without closing a connection. */
  pause(): void
  resume(): void
  /** Ends the process at once; `start` begins anew and empty, on the same port. */
  kill(): Promise<void>
  start(): Promise<void>
  command(...args: string[]): Promise<string>
  /** The commands that the server gets from now on, as MONITOR tells them. */
  monitor(): Promise<{ commands: string[]; stop(): void }>
  [Symbol.asyncDispose](): Promise<void>
}

/** Starts a server with these settings besides its own. */
export async function startRedis(settings: readonly string[] = [], tls: readonly string[] = []): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'entrada-redis-'))
  const port = await freePort()
  const listen = tls.length > 0 ? ['--port', '0', '--tls-port', String(port), ...tls] : ['--port', String(port)]
  const args = [...listen, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder, ...settings]
  let child: ChildProcess | undefined

  async function start(): Promise<void> {
    child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'ignore'] })
    let said = ''
    for await (const chunk of child.stdout ?? []) {
      said += String(chunk)
      if (said.includes('Ready to accept connections')) break
    }
    if (!said.includes('Ready to accept')) throw new Error(`redis-server did not start: ${said.slice(-500)}`)
  }

  async function kill(): Promise<void> {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }

  await start()
  return {
    port,
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    kill,
    start,
    async command(...words) {
      const { stdout } = await promisify(execFile)('redis-cli', ['-p', String(port), ...words])
      return stdout.trim()
    },
    async monitor() {
      const commands: string[] = []
      const socket = connect(port, '127.0.0.1')
      socket.write('MONITOR\r\n')
      let rest = ''
      await new Promise<void>((resolve) => {
        socket.on('data', (chunk) => {
          const lines = (rest + chunk).split('\r\n')
          rest = lines.pop() ?? ''
          for (const line of lines) line === '+OK' ? resolve() : commands.push(line)
        })
      })
      socket.on('error', () => undefined)
      return { commands, stop: () => void socket.destroy() }
    },
    async [Symbol.asyncDispose]() {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export interface RedisCluster extends AsyncDisposable {
  ports: number[]
  /** The masters first. */
  nodes: readonly RedisServer[]
}

/** Three masters that share the slots, each with so many replicas. The living go on when one is lost. */
export async function startRedisCluster(replicas = 0): Promise<RedisCluster> {
  const settings = {
    '--cluster-enabled': 'yes',
    '--cluster-node-timeout': '2000',
    '--cluster-require-full-coverage': 'no',
  }
  const nodes = await Promise.all(
    Array.from({ length: 3 * (1 + replicas) }, () => startRedis(Object.entries(settings).flat())),
  )
  const ports = nodes.map(({ port }) => port)
  const hosts = ports.map((port) => `127.0.0.1:${port}`)
  const many = ['--cluster-replicas', String(replicas)]
  await promisify(execFile)('redis-cli', ['--cluster', 'create', ...hosts, ...many, '--cluster-yes'])
  for (const node of nodes) {
    while (!(await node.command('CLUSTER', 'INFO')).includes('cluster_state:ok')) {
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  return {
    ports,
    nodes,
    async [Symbol.asyncDispose]() {
      await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()))
    },
  }
}

async function freePort(): Promise<number> {
  // A cluster's nodes talk to one another on a port that is higher by 10,000.
  for (;;) {
    const server = createServer()
    const wanted = 20_000 + Math.floor(Math.random() * 30_000)
    const port = await new Promise<number | undefined>((resolve) => {
      server.once('error', () => resolve(undefined))
      server.listen(wanted, '127.0.0.1', () => resolve(wanted))
    })
    await new Promise((resolve) => server.close(resolve))
    if (port !== undefined) return port
  }
}
