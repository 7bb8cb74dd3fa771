import { existsSync } from 'node:fs'
import { beforeEach } from 'vitest'

/** Software that nobody here wrote and that `npm test` does not need. */
export interface Component {
  name: string
  /** The Debian packages that bring it; without them `npm run test:all` installs it. */
  debian?: string
  /** Where neither Debian 12 nor npm brings it: what does. Its tests are skipped in CI, too. */
  elsewhere?: string
  /** What is there when it is: files and folders. */
  present: readonly string[]
}

export const pythonAzureIdentity: Component = {
  name: 'Python’s azure.identity',
  debian: 'azure-cli python3-aiohttp',
  present: [
    '/usr/bin/python3',
    '/usr/lib/python3/dist-packages/azure/identity',
    '/usr/lib/python3/dist-packages/aiohttp',
  ],
}

export const azureCliComponent: Component = {
  name: 'The Azure CLI',
  debian: 'azure-cli',
  present: ['/usr/bin/az'],
}

export const terraform: Component = {
  name: 'Terraform',
  elsewhere: 'HashiCorp’s own packages',
  present: ['/usr/local/bin/terraform'],
}

/** Debian's package is older, and takes the same place. */
export const currentKubectl: Component & { present: [path: string] } = {
  name: 'kubectl 1.22 or newer',
  elsewhere: 'Kubernetes’ own packages',
  present: [existsSync('/usr/share/doc/kubernetes-client') ? '/usr/local/bin/kubectl' : '/usr/bin/kubectl'],
}

export const pythonMsal: Component = {
  name: 'Python’s msal',
  debian: 'azure-cli',
  present: [
    '/usr/bin/python3',
    '/usr/lib/python3/dist-packages/msal',
    '/usr/lib/python3/dist-packages/msal_extensions',
  ],
}

export const pythonMsalManagedIdentity: Component = {
  name: 'Python’s msal, 1.29 or newer',
  elsewhere: 'PyPI',
  present: ['/usr/bin/python3', '/usr/lib/python3/dist-packages/msal/managed_identity.py'],
}

/** Where Debian's `softhsm2` puts its PKCS#11 library. */
export const softHsmLibrary = '/usr/lib/softhsm/libsofthsm2.so'

export const softHsm: Component = {
  name: 'SoftHSM (with pkcs11js compiled for it)',
  debian: 'softhsm2 opensc build-essential python3',
  present: [
    softHsmLibrary,
    '/usr/bin/pkcs11-tool',
    new URL('soft-hsm/node_modules/pkcs11js/build/Release/pkcs11.node', import.meta.url).pathname,
  ],
}

const keyringModules = new URL('keyring/node_modules/', import.meta.url).pathname

export const keyring: Component = {
  name: 'gnome-keyring (with keytar compiled for libsecret)',
  debian: 'gnome-keyring dbus libsecret-tools libsecret-1-dev pkg-config build-essential python3',
  present: [
    '/usr/bin/gnome-keyring-daemon',
    '/usr/bin/dbus-run-session',
    '/usr/bin/secret-tool',
    `${keyringModules}@azure/msal-node-extensions/package.json`,
    `${keyringModules}@azure/identity-cache-persistence/package.json`,
    `${keyringModules}keytar/build/Release/keytar.node`,
  ],
}

export const pythonLibsecret: Component = {
  name: 'Python’s msal_extensions with libsecret',
  debian: 'azure-cli python3-gi gir1.2-secret-1',
  present: ['/usr/lib/python3/dist-packages/msal_extensions', '/usr/lib/python3/dist-packages/gi'],
}

export const chromium: Component = {
  name: 'Chromium',
  debian: 'chromium',
  present: ['/usr/bin/chromium'],
}

export const redisServer: Component = {
  name: 'Redis',
  debian: 'redis-server',
  present: ['/usr/bin/redis-server', '/usr/bin/redis-cli'],
}

export const prometheus: Component = {
  name: 'Prometheus',
  debian: 'prometheus',
  present: ['/usr/bin/prometheus', '/usr/bin/promtool'],
}

export const squid: Component = {
  name: 'Squid',
  debian: 'squid',
  present: ['/usr/sbin/squid', '/usr/lib/squid/basic_ncsa_auth'],
}

export const tinyproxy: Component = {
  name: 'Tinyproxy',
  debian: 'tinyproxy',
  present: ['/usr/bin/tinyproxy'],
}

export const modAuthOpenidc: Component = {
  name: 'Apache with mod_auth_openidc',
  debian: 'apache2 libapache2-mod-auth-openidc',
  present: ['/usr/sbin/apache2', '/usr/lib/apache2/modules/mod_auth_openidc.so'],
}

export const openssl: Component = {
  name: 'OpenSSL',
  debian: 'openssl',
  present: ['/usr/bin/openssl'],
}

export const mountNamespaces: Component = {
  name: 'unshare (mounts of a test’s own)',
  debian: 'util-linux mount',
  present: ['/usr/bin/unshare', '/usr/bin/mount'],
}

export const networkNamespaces: Component = {
  name: 'unshare and ip (a network of a test’s own)',
  debian: 'util-linux iproute2',
  present: ['/usr/bin/unshare', '/usr/sbin/ip'],
}

export const scriptProgram: Component = {
  name: 'script (a terminal of a test’s own)',
  debian: 'bsdutils',
  present: ['/usr/bin/script'],
}

/** Debian's knows version v1beta1 of credential plug-ins alone; where another is in its place it can be unpacked beside it. */
export const kubectls = ['/usr/bin/kubectl', '/opt/kubernetes-client/usr/bin/kubectl'] as const

export const kubectl: Component = {
  name: 'kubectl',
  debian: 'kubernetes-client',
  present: [kubectls.find((path) => existsSync(path)) ?? kubectls[0]],
}

export const gitHttpBackend: Component = {
  name: 'git http-backend',
  debian: 'git',
  present: ['/usr/bin/git', '/usr/lib/git-core/git-http-backend', '/usr/lib/git-core/git-remote-https'],
}

export const containerRegistry: Component = {
  name: 'docker-registry and skopeo',
  debian: 'docker-registry skopeo',
  present: ['/usr/bin/docker-registry', '/usr/bin/skopeo'],
}

export const dockerClient: Component = {
  name: 'docker’s client',
  elsewhere: 'Docker’s own packages',
  present: ['/usr/local/bin/docker'],
}

export const postgresql: Component = {
  name: 'PostgreSQL 15',
  debian: 'postgresql-15',
  present: ['/usr/lib/postgresql/15/bin/initdb', '/usr/lib/postgresql/15/bin/psql'],
}

export const curl: Component = {
  name: 'curl',
  debian: 'curl',
  present: ['/usr/bin/curl'],
}

/** Shells that complete command lines. */
export const bash: Component = {
  name: 'bash',
  debian: 'bash',
  present: ['/bin/bash'],
}

export const zsh: Component = {
  name: 'zsh',
  debian: 'zsh',
  present: ['/usr/bin/zsh'],
}

export const fish: Component = {
  name: 'fish',
  debian: 'fish',
  present: ['/usr/bin/fish'],
}

export const pwsh: Component = {
  name: 'PowerShell',
  elsewhere: 'Microsoft’s own packages',
  present: ['/usr/bin/pwsh'],
}

export const userIds: Component = {
  name: 'setpriv (processes of other users)',
  debian: 'util-linux',
  present: ['/usr/bin/setpriv'],
}

/** What the documentation's site is built with. */
export const siteTools: Component = {
  name: 'VitePress (docs/site)',
  present: [new URL('../docs/site/node_modules/vitepress/package.json', import.meta.url).pathname],
}

const runtimes = new URL('runtimes/node_modules/', import.meta.url).pathname

export const deno: Component = {
  name: 'Deno',
  present: [`${runtimes}.bin/deno`],
}

export const bun: Component = {
  name: 'Bun',
  present: [`${runtimes}.bin/bun`],
}

export const workerd: Component = {
  name: 'workerd',
  present: [`${runtimes}.bin/workerd`],
}

/** Versions of Node besides the machine's, for Linux on x64. */
const node = (version: number): Component => ({
  name: `Node ${version}`,
  present: [`${runtimes}node-${version}/bin/node`],
})
export const node22: Component = node(22)
export const node24: Component = node(24)
export const node26: Component = node(26)

/** Debian packages that are taken for absent, with blanks between, to see what is said of them. */
const without = process.env.ENTRADA_TEST_WITHOUT?.split(' ') ?? []

/**
 * Declares what the test file that calls it needs, and tells whether it is here, for hooks that start it. Where it is
 * missing, the file's tests are skipped and say which packages bring it; with `CI=true` they fail.
 */
export function component({ name, debian, elsewhere, present }: Component): boolean {
  const missing =
    present.find((path) => !existsSync(path)) ?? debian?.split(' ').find((aPackage) => without.includes(aPackage))
  if (missing === undefined) return true
  const install = debian === undefined ? '' : `apt-get install ${debian}, then `
  const remedy = elsewhere === undefined ? `${install}npm run test:all.` : `It comes with ${elsewhere}.`
  const reason = `${name} is not here (no ${missing}). ${remedy}`
  beforeEach(({ skip }) => {
    if (process.env.CI === 'true' && elsewhere === undefined) throw new Error(reason)
    skip(reason)
  })
  return false
}
