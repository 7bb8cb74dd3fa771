import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * `npm run lock`: writes the lock files after a change of dependencies, and names in the workspace's and in those of the tools of projects and of the site
 * the binaries of every platform. npm leaves out those that the registry at hand does not carry, and then `npm ci` refuses the file everywhere. They
 * are optional, and nothing fetches those of another platform.
 */
const root = fileURLToPath(new URL('..', import.meta.url))
for (const folder of [
  '.',
  'interop/projects',
  'interop/runtimes',
  'interop/soft-hsm',
  'interop/keyring',
  'interop/passport',
  'docs/site',
]) {
  // The workspace's .npmrc says the same, and is not read in a folder outside of the workspaces.
  const options = ['--omit-lockfile-registry-resolved', '--no-audit', '--no-fund']
  execFileSync('npm', ['install', '--package-lock-only', ...options], { cwd: join(root, folder), stdio: 'inherit' })
}
for (const file of ['package-lock.json', 'interop/projects/package-lock.json', 'docs/site/package-lock.json']) {
  const path = join(root, file)
  const lock = JSON.parse(readFileSync(path, 'utf8'))
  const added = completed(lock.packages)
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([left], [right]) => (left < right ? -1 : 1)))
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`)
  console.log(`${file}: named ${added} packages of other platforms.`)
}

/** @param {Record<string, { dev?: boolean, optionalDependencies?: Record<string, string>, [field: string]: unknown }>} packages */
function completed(packages) {
  let count = 0
  for (const [owner, { dev, optionalDependencies = {} }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      if (`node_modules/${name}` in packages || `${owner}/node_modules/${name}` in packages) continue
      if (!/^\d/.test(version)) continue
      packages[`node_modules/${name}`] = { version, ...(dev ? { dev } : {}), optional: true, ...platformOf(name) }
      count++
    }
  }
  return count
}

/**
 * The fields that tell npm whom a package is for, from its name: "binding-linux-arm64-musl".
 * @param {string} name
 */
function platformOf(name) {
  const [os] = name.match(/android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32|aix/) ?? []
  const [cpu] = name.match(/arm64|arm|ia32|x64|ppc64|riscv64|s390x|loong64|mips64el|wasm32/) ?? []
  const [libc] = name.match(/musl|gnu(?!eabi)/) ?? []
  return {
    ...(cpu ? { cpu: [cpu] } : {}),
    ...(os ? { os: [os] } : {}),
    ...(os === 'linux' && libc ? { libc: [libc === 'gnu' ? 'glibc' : 'musl'] } : {}),
  }
}
