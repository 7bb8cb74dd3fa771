import type { Purpose } from '../endpoint/variables.ts'
import { dockerHost } from './docker-address.ts'

export interface Instructions {
  purposes: readonly Purpose[]
  pathOf(purpose: Purpose): string
  headerPath: string
  /** How programs reach the endpoint: from this machine, from containers, or by a socket of this path. */
  reach: 'here' | 'containers' | { socket: string }
}

/** What to type, or to write into a compose file, so that a program finds the endpoint. No secret is in it. */
export function instructions({ purposes, pathOf, headerPath, reach }: Instructions): string {
  if (typeof reach === 'object') {
    const url = 'http://localhost/msi/token?api-version=2019-08-01&resource=https://management.azure.com'
    return ['# a request', `curl --unix-socket ${reach.socket} --header @${headerPath} '${url}'`].join('\n')
  }
  return purposes
    .map((purpose) => (reach === 'here' ? forShell(purpose, pathOf(purpose)) : forDocker(purpose, pathOf(purpose))))
    .join('\n\n')
}

function forShell(purpose: Purpose, file: string): string {
  return [`# ${purpose}: in a shell`, `set -a; . ${file}; set +a`].join('\n')
}

function forDocker(purpose: Purpose, file: string): string {
  const host = `${dockerHost}:host-gateway`
  return [
    `# ${purpose}: docker run`,
    `docker run --add-host ${host} --env-file ${file} IMAGE`,
    '',
    `# ${purpose}: compose.yaml, in the service`,
    `    env_file: ${file}`,
    '    extra_hosts:',
    `      - "${host}"`,
  ].join('\n')
}
