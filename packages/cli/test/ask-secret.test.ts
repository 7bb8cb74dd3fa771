import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { askSecret } from '../src/profile/ask-secret.ts'

/** A terminal: what is written to it, and keys that are pressed. */
function terminal(): {
  world: Parameters<typeof askSecret>[1]['world']
  keys: PassThrough
  shown: string[]
  modes: boolean[]
  abort(): void
} {
  const keys = new PassThrough()
  const shown: string[] = []
  const modes: boolean[] = []
  const controller = new AbortController()
  const stdin = Object.assign(keys, { isTTY: true, setRawMode: (raw: boolean) => modes.push(raw) })
  const world = { stdin, stderr: { write: (text: string) => shown.push(text) }, signal: controller.signal }
  return { world, keys, shown, modes, abort: () => controller.abort() }
}

test('what is typed at a terminal is not shown, and can be corrected', async () => {
  const { world, keys, shown, modes } = terminal()
  const asked = askSecret('client secret', { file: undefined, world })
  keys.write('s3cret~~')
  keys.write('\u007f!\r')
  expect(await asked).toBe('s3cret~!')
  expect(shown).toEqual(['client secret: ', '\n'])
  expect(modes).toEqual([true, false])
})

test.each([
  ['Ctrl-C', (one: ReturnType<typeof terminal>) => one.keys.write('\u0003')],
  ['the end of the program', (one: ReturnType<typeof terminal>) => one.abort()],
])('%s ends the question, and the terminal echoes again', async (_, end) => {
  const one = terminal()
  const asked = askSecret('client secret', { file: undefined, world: one.world })
  end(one)
  await expect(asked).rejects.toMatchObject({ name: 'AbortError' })
  expect(one.modes).toEqual([true, false])
})

test('a character that arrives in two pieces is one', async () => {
  const keys = new PassThrough()
  const world = { stdin: keys, stderr: { write: () => true }, signal: new AbortController().signal }
  const asked = askSecret('client secret', { file: undefined, world })
  const bytes = Buffer.from('pä$$wörd\n')
  keys.write(bytes.subarray(0, 2))
  keys.end(bytes.subarray(2))
  expect(await asked).toBe('pä$$wörd')
})

test('a blank one is an error that says how to give it', async () => {
  const keys = new PassThrough()
  keys.end('\n')
  const world = { stdin: keys, stderr: { write: () => true }, signal: new AbortController().signal }
  await expect(askSecret('client secret', { file: undefined, world })).rejects.toThrow('no client secret was given.')
})
