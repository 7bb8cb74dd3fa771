/**
 * Checks that a path leads where we think it does: whoever may rename a folder on the way can put another in its place. So
 * each folder and each link must belong to root or to us, and nobody else may write to it.
 */

/** What the check looks at. Paths are absolute POSIX paths. */
export interface TrustWorld {
  /** Rejects with the code `ENOENT` if there is nothing. */
  lstat(path: string): Promise<FolderStatus>
  readlink(path: string): Promise<string>
  /** The id of a folder's owner; links are followed. Rejects if there is no such folder. */
  ownerOf(path: string): Promise<number>
  /** A text file of the system, such as `/etc/passwd`; `undefined` if it cannot be read. */
  readText(path: string): Promise<string | undefined>
  /** Our own user id. */
  uid: number
  /** The home folder that the environment names, which under `sudo` may be another user's. */
  home: string | undefined
}

interface FolderStatus {
  uid: number
  gid: number
  mode: number
  isDirectory(): boolean
  isSymbolicLink(): boolean
}

/** As many links as Linux follows. */
const longestChain = 40

/**
 * Follows the path from the root to its end, or to the first part that does not exist. Resolves to what is wrong and what
 * to do about it, or to `undefined`.
 */
export async function distrust(path: string, world: TrustWorld): Promise<string | undefined> {
  const homeOwner = await ownerOfHome(path, world)
  const parts = partsOf(path)
  let folder = ''
  let links = 0
  const wrongRoot = await faultOf('/', await world.lstat('/'), world, homeOwner)
  if (wrongRoot !== undefined) return wrongRoot
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    if (part === '..') {
      folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))
      continue
    }
    const next = `${folder}/${part}`
    const status = await world.lstat(next).catch(nothingThere)
    if (status === undefined) return undefined
    if (status.isSymbolicLink()) {
      if (!isTrusted(status.uid, world, homeOwner)) return `${next}, above it, is a link of another user. ${elsewhere}`
      links++
      if (links > longestChain) return `${path} has too many links in it. Name the folder itself`
      const target = await world.readlink(next)
      if (target.startsWith('/')) folder = ''
      parts.unshift(...partsOf(target))
      continue
    }
    const wrong = await faultOf(next, status, world, homeOwner)
    if (wrong !== undefined) return wrong
    folder = next
  }
  return undefined
}

const elsewhere = 'Choose a folder that nobody else can rename, or pass allowUnsafeFolder: true for a mounted volume'

async function faultOf(
  path: string,
  status: FolderStatus,
  world: TrustWorld,
  homeOwner: number | undefined,
): Promise<string | undefined> {
  const { uid, gid, mode } = status
  if (!status.isDirectory()) return `${path} is not a folder`
  if (!isTrusted(uid, world, homeOwner)) return `${path}, above it, belongs to another user (uid ${uid}). ${elsewhere}`
  // In a sticky folder only the owner of an entry, and of the folder, may rename it.
  if ((mode & 0o1000) !== 0) return undefined
  if ((mode & 0o002) !== 0) {
    return `${path}, above it, can be written by every user (mode ${octal(mode)}). chmod o-w ${path}`
  }
  if ((mode & 0o020) === 0 || (await isOursAlone(gid, world, homeOwner))) return undefined
  return `${path}, above it, can be written by the group ${gid} (mode ${octal(mode)}). chmod g-w ${path}`
}

function isTrusted(uid: number, world: TrustWorld, homeOwner: number | undefined): boolean {
  return uid === 0 || uid === world.uid || uid === homeOwner
}

/**
 * Whether a group has no members but root and us: OpenShift runs each program as a user of its own in root's group, and
 * most systems give each user a group of the same name.
 */
async function isOursAlone(gid: number, world: TrustWorld, homeOwner: number | undefined): Promise<boolean> {
  if (gid === 0) return true
  const users = rowsOf(await world.readText('/etc/passwd')).map(([name, , uid, primary]) => ({
    name,
    uid: Number(uid),
    gid: Number(primary),
  }))
  const primaries = users.filter((user) => user.gid === gid)
  const [owner] = primaries
  const isPrivate = primaries.every(({ uid }) => uid === owner?.uid)
  if (owner === undefined || !isPrivate || (owner.uid !== world.uid && owner.uid !== homeOwner)) return false
  const groups = rowsOf(await world.readText('/etc/group')).filter(([, , id]) => Number(id) === gid)
  const members = groups.flatMap(([, , , names = '']) => names.split(',').filter(Boolean))
  return members.every((name) => users.some((user) => user.name === name && (user.uid === owner.uid || user.uid === 0)))
}

/** The lines of a table such as `/etc/passwd`, each split at its colons. */
function rowsOf(text: string | undefined): string[][] {
  return (text ?? '').split('\n').flatMap((line) => (line === '' || line.startsWith('#') ? [] : [line.split(':')]))
}

/** The owner of the home folder that the path is in, who may do there as they like, even to a program run as root. */
async function ownerOfHome(path: string, { home, ownerOf }: TrustWorld): Promise<number | undefined> {
  if (!home?.startsWith('/')) return undefined
  const above = `/${partsOf(home).join('/')}`
  if (above === '/' || !`/${partsOf(path).join('/')}/`.startsWith(`${above}/`)) return undefined
  return ownerOf(above).catch(nothingThere)
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.')
}

function nothingThere(error: unknown): undefined {
  const { code } = error as { code?: unknown }
  if (code !== 'ENOENT') throw error
}

function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0')
}
