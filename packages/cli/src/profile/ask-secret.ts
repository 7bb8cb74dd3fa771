import { readFile } from 'node:fs/promises'
import { exitCodes, Failure } from '../framework/failure.ts'
import type { World } from '../framework/world.ts'

/** Longer than any secret, certificate or federated token. */
const longest = 1024 * 1024

/**
 * A secret from a file, from standard input where that is a pipe, or from whoever sits at the terminal, without showing
 * what is typed. Never from an argument, which every process of the machine can read.
 */
export async function askSecret(
  what: string,
  { file, world }: { file: string | undefined; world: Pick<World, 'stdin' | 'stderr' | 'signal'> },
): Promise<string> {
  const text =
    file !== undefined
      ? await fromFile(what, file)
      : await (world.stdin.isTTY === true ? typed(what, world) : piped(world))
  const secret = text.replace(/(?:\r\n|\r|\n)$/, '')
  if (secret.trim() !== '') return secret
  throw new Failure(`no ${what} was given.`, {
    remedy: 'Type it, pipe it to standard input, or name a file.',
    exitCode: exitCodes.usage,
  })
}

async function fromFile(what: string, file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: { code?: string }) => {
    throw new Failure(`the ${what} cannot be read from ${file} (${error.code}).`, {
      remedy: 'Name another file.',
      exitCode: exitCodes.usage,
    })
  })
}

type Ways = Pick<World, 'stdin' | 'stderr' | 'signal'>

/** What is typed, without an echo: the terminal hands out each key as it is pressed. */
async function typed(what: string, { stdin, stderr, signal }: Ways): Promise<string> {
  stderr.write(`${what}: `)
  stdin.setRawMode?.(true)
  let text = ''
  try {
    await read({ stdin, signal }, (keys) => {
      for (const key of keys) {
        if (key === '\r' || key === '\n' || key === '\u0004') return 'enough'
        if (key === '\u0003') throw interrupted()
        text = key === '\u007f' || key === '\b' ? text.slice(0, -1) : text + key
      }
      return 'more'
    })
    return text
  } finally {
    stdin.setRawMode?.(false)
    stderr.write('\n')
  }
}

/** All that comes through a pipe. */
async function piped(ways: Pick<Ways, 'stdin' | 'signal'>): Promise<string> {
  let text = ''
  await read(ways, (more) => {
    text += more
    if (text.length > longest) throw new Failure('standard input is too long for a secret.')
    return 'more'
  })
  return text
}

/** Hands what arrives to `take`, until that has enough or the input ends. */
function read(
  { stdin, signal }: Pick<Ways, 'stdin' | 'signal'>,
  take: (text: string) => 'more' | 'enough',
): Promise<void> {
  const decoder = new TextDecoder()
  return new Promise((resolve, reject) => {
    function end(settle: () => void): void {
      stdin.off('data', onData).off('end', onEnd).off('error', onError).pause()
      signal.removeEventListener('abort', onAbort)
      settle()
    }
    function onData(chunk: Buffer | string): void {
      try {
        const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
        if (take(text) === 'enough') end(resolve)
      } catch (error) {
        onError(error)
      }
    }
    const onEnd = (): void => end(resolve)
    const onError = (error: unknown): void => end(() => reject(error))
    const onAbort = (): void => onError(interrupted())
    stdin.on('data', onData).on('end', onEnd).on('error', onError).resume()
    signal.addEventListener('abort', onAbort)
  })
}

function interrupted(): Error {
  return Object.assign(new Error('interrupted'), { name: 'AbortError' })
}
