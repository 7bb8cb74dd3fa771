import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import type { Component } from './components.ts'

/** What containers are made of here: the kernel's namespaces, without a daemon and without images. */
export const namespaces: Component = {
  name: 'Namespaces (containers without Docker)',
  debian: 'util-linux mount iproute2',
  present: ['/usr/bin/unshare', '/usr/bin/nsenter', '/usr/bin/setpriv', '/usr/bin/mount', '/sbin/ip'],
}

/** The user of an image, by whom nothing else runs. */
const uid = 1000

interface ContainerOptions {
  /** Its name in the network. */
  name: string
  command: readonly string[]
  workdir?: string
  env?: Readonly<Record<string, string>>
  /** What is mounted where: `source` → `target`, read-only unless it ends with `:rw`. */
  mounts: Readonly<Record<string, string>>
}

/** A running container: read-only but for its volumes, with a network of its own, as a user without any capability. */
export interface Container {
  child: ChildProcess
  output(): string
  until(text: string): Promise<void>
  ended: Promise<unknown[]>
  /** Runs a command in it, as its user or as root, and resolves with what it says and its code. */
  exec(command: readonly string[], as?: 'user' | 'root'): Promise<{ code: unknown; output: string }>
  /** Fields of `/proc/PID/status` of its process. */
  status(): Promise<Record<string, string>>
  /** Sends a signal to its process. */
  kill(signal: NodeJS.Signals): Promise<void>
}

export interface ContainerNetwork {
  start(options: ContainerOptions): Promise<Container>
  /** A folder that belongs to the user of the containers. */
  volume(...path: readonly string[]): Promise<string>
  close(): Promise<void>
}

/** A network of containers by these names, whose folders are in `folder`. Needs the rights of root. */
export async function openContainerNetwork(folder: string, names: readonly string[]): Promise<ContainerNetwork> {
  const addresses = names.map((name, index) => [name, `10.9.0.${index + 2}`] as const)
  const setUp = [
    'set -e; mount -t tmpfs none /run; mkdir /run/netns',
    'ip link set lo up; ip link add br0 type bridge; ip link set br0 up',
    ...addresses.map(
      ([name, address]) => `ip netns add ${name}; ip link add ${name} type veth peer name eth0 netns ${name}
        ip link set ${name} master br0 up; ip -n ${name} link set lo up; ip -n ${name} link set eth0 up
        ip -n ${name} addr add ${address}/24 dev eth0`,
    ),
    // Its input ends with this process, and everything with it.
    'echo ready; cat >/dev/null',
  ].join('\n')
  const host = spawn(
    'unshare',
    ['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc', 'sh', '-c', setUp],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  const ended = once(host, 'exit')
  const ready = await Promise.race([once(createInterface(host.stdout), 'line'), ended.then(() => [])])
  if (ready[0] !== 'ready') throw new Error('The network of the containers could not be set up.')
  const inHost = ['nsenter', '--target', `${await innermost(host)}`, '--mount', '--net', '--pid']
  const hosts = ['127.0.0.1 localhost', ...addresses.map(([name, address]) => `${address} ${name}`)].join('\n')
  return {
    start: (options) => startContainer(inHost, join(folder, `root-${options.name}`), hosts, options),
    volume: async (...path) => {
      const place = join(folder, ...path)
      await mkdir(place, { recursive: true })
      await chown(place, uid, uid)
      return place
    },
    close: async () => {
      host.stdin.end()
      host.kill('SIGKILL')
      await ended
    },
  }
}

async function startContainer(
  inHost: readonly string[],
  root: string,
  hosts: string,
  { name, command, workdir = '/', env = {}, mounts }: ContainerOptions,
): Promise<Container> {
  await mkdir(root)
  const variables = { PATH: '/node/bin:/usr/bin', ...env }
  const user = [
    'setpriv',
    `--reuid=${uid}`,
    `--regid=${uid}`,
    '--clear-groups',
    '--no-new-privs',
    '--bounding-set=-all',
  ]
  const asUser = [...user, '--inh-caps=-all', 'env', '-i', '-C', workdir]
  const run = [...asUser, ...Object.entries(variables).map(([key, value]) => `${key}=${value}`), ...command]
  const script = [
    'set -e; root=$1; hosts=$2; node=$3; shift 3',
    'mount --make-rprivate /; mount -t tmpfs -o mode=0755 none "$root"; cd "$root"',
    'mkdir -p proc dev etc node/bin usr; touch node/bin/node dev/null dev/urandom',
    'for link in bin sbin lib lib64; do [ -L /$link ] && cp -P /$link . || { mkdir $link; mount --bind -o ro /$link $link; }; done',
    'for device in null urandom; do mount --bind /dev/$device dev/$device; done',
    'bind() { mkdir -p ".$2"; mount --bind "$1" ".$2"; [ "$3" = rw ] || mount -o remount,bind,ro ".$2"; }',
    'bind /usr /usr ro; mount --bind "$node" node/bin/node; mount -t proc proc proc',
    `printf '%s\\n' "$hosts" >etc/hosts; echo "node:x:${uid}:${uid}::/:/bin/sh" >etc/passwd; echo 'hosts: files' >etc/nsswitch.conf`,
    ...Object.entries(mounts).map(([source, target]) => {
      const [place, mode = 'ro'] = target.split(':')
      return `bind '${source}' '${place}' ${mode}`
    }),
    'mount -o remount,ro "$root"; exec chroot . "$@"',
  ].join('\n')
  const [enter = '', ...rest] = [
    ...inHost,
    ...['ip', 'netns', 'exec', name, 'unshare', '--mount', '--ipc', '--uts', '--pid', '--fork', '--kill-child'],
    ...['sh', '-c', script, 'sh', root, hosts, process.execPath, ...run],
  ]
  const child = spawn(enter, rest, { stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(child, 'close')
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  return {
    child,
    ended,
    output: () => output,
    until: async (text) => {
      while (!output.includes(text)) {
        if (child.exitCode !== null) throw new Error(`The container ${name} ended without ${text}: ${output}`)
        await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data'), ended])
      }
    },
    exec: async (wanted, as = 'user') => {
      const target = ['--target', `${await innermost(child)}`, '--mount', '--net', '--pid', '--root', '--wd']
      const args = [...target, ...(as === 'root' ? [] : [...asUser, `PATH=${variables.PATH}`]), ...wanted]
      return promisify(execFile)('nsenter', args).then(
        ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
        ({ code, stdout, stderr }) => ({ code, output: stdout + stderr }),
      )
    },
    status: async () => {
      const text = await readFile(`/proc/${await innermost(child)}/status`, 'utf8')
      return Object.fromEntries([...text.matchAll(/^(\w+):\s+(.*)$/gm)].map(([, key, value]) => [key, value]))
    },
    kill: async (signal) => {
      process.kill(await innermost(child), signal)
    },
  }
}

/** The process at the end of a line of parents and their only children. */
async function innermost({ pid }: ChildProcess): Promise<number> {
  let last = pid ?? 0
  for (;;) {
    const [next] = (await readFile(`/proc/${last}/task/${last}/children`, 'utf8')).trim().split(' ')
    if (!next) return last
    last = Number(next)
  }
}
