import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Check } from '../check.ts'
import type { Finding } from '../finding.ts'

/** Files with secrets, and who may read them. Windows has other means, which are not looked at. */
export const fileModes: Check = {
  looksAt: 'who may read files with secrets',
  async run({ subject, env, platform }) {
    if (platform === 'win32') return []
    const { certificatePath, clientSecret } = subject.settings
    const store = env.HOME ? join(env.HOME, '.entrada') : undefined
    const files: [path: string, what: string][] = [
      ...subject.files.map((path): [string, string] => [path, 'configuration']),
      ...(certificatePath && !clientSecret
        ? [[certificatePath.value, 'certificate with its key'] as [string, string]]
        : []),
      ...(store
        ? [
            [store, 'folder of kept tokens'] as [string, string],
            [join(store, 'entrada'), 'folder of kept tokens'] as [string, string],
          ]
        : []),
    ]
    const found = await Promise.all(files.map(([path, what]) => look(path, what)))
    return found.flat()
  },
}

async function look(path: string, what: string): Promise<Finding[]> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) return []
  const mode = found.mode & 0o777
  // A configuration holds no secret, but who may write it decides where secrets go.
  const bad = what === 'configuration' ? mode & 0o022 : mode & 0o077
  if (bad === 0) return []
  const can = (bad & 0o022) !== 0 ? 'written' : 'read'
  const whom = (bad & 0o007) !== 0 ? 'everybody on this machine' : 'the group'
  return [
    {
      code: 'file-readable-by-others',
      severity: 'warning',
      what: `The ${what} ${JSON.stringify(path)} can be ${can} by ${whom} (mode ${mode.toString(8).padStart(4, '0')}).`,
      why:
        can === 'written'
          ? 'Whoever writes it decides where secrets are sent.'
          : 'Whoever reads it can sign in with what is in it.',
      run: `chmod ${found.isDirectory() ? '700' : '600'} ${/^[\w./-]+$/.test(path) ? path : JSON.stringify(path)}`,
    },
  ]
}
