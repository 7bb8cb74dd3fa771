import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { storeName } from 'entrada/config'
import type { Check, Examination } from '../check.ts'
import type { Finding } from '../finding.ts'

/** Files with secrets, and who may read them. Windows has other means, which are not looked at. */
export const fileModes: Check = {
  looksAt: 'who may read files with secrets',
  async run(examination) {
    if (examination.platform === 'win32') return []
    const found = await Promise.all(filesOf(examination).map(look))
    return found.flat()
  },
}

interface LookedAt {
  path: string
  what: string
  /** It names secrets and holds none, so that only who may write it matters much. */
  hasNoSecret?: true
}

function filesOf({ subject, env }: Examination): LookedAt[] {
  const { certificatePath, clientSecret } = subject.settings
  const isRead = certificatePath !== undefined && clientSecret === undefined
  const kept = env.HOME ? join(env.HOME, '.entrada', storeName) : undefined
  return [
    ...subject.files.map((path): LookedAt => ({ path, what: 'configuration', hasNoSecret: true })),
    ...(isRead ? [{ path: certificatePath.value, what: 'certificate with its key' }] : []),
    ...(kept === undefined ? [] : [{ path: kept, what: 'folder of kept tokens' }]),
    ...(kept === undefined ? [] : [{ path: `${kept}.key`, what: 'key of the kept tokens' }]),
  ]
}

async function look({ path, what, hasNoSecret }: LookedAt): Promise<Finding[]> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined || (found.mode & 0o077) === 0) return []
  const mode = found.mode & 0o777
  const isWritten = (mode & 0o022) !== 0
  const whom = (mode & (isWritten ? 0o002 : 0o007)) !== 0 ? 'everybody on this machine' : 'the group'
  const harm = hasNoSecret
    ? 'It names who signs in, and where secrets are kept.'
    : 'Whoever reads it can sign in with what is in it.'
  return [
    {
      code: 'file-readable-by-others',
      severity: hasNoSecret && !isWritten ? 'info' : 'warning',
      what: `The ${what} ${JSON.stringify(path)} can be ${isWritten ? 'written' : 'read'} by ${whom} (mode ${mode.toString(8).padStart(4, '0')}).`,
      why: isWritten ? 'Whoever writes it decides where secrets are sent.' : harm,
      run: `chmod ${found.isDirectory() ? '700' : '600'} ${/^[\w./-]+$/.test(path) ? path : JSON.stringify(path)}`,
    },
  ]
}
