import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { temporaryFolderOf } from '../scripts/temporary-folder.mjs'
import { undocumented } from './exports.ts'
import { entries } from './site/entries.mjs'

vi.setConfig({ testTimeout: 120_000 })

test('no export, option or member of a package is without a doc comment, and no number without its unit', () => {
  expect(entries().length).toBeGreaterThan(10)
  expect(undocumented()).toEqual([])
})

test('a field without one is found in an option, in a kind of a union, and in an object within either', async () => {
  const folder = await temporaryFolderOf('docs')
  afterAll(folder.remove)
  const file = join(folder.path, 'entry.ts')
  await writeFile(
    file,
    `/** Options. */
    export interface Options {
      /** Said. */
      said?: string
      silent?: string
      /** Said, and nothing of what is in it. */
      inner?: readonly (string | { silent: string })[]
    }
    /** An event. */
    export type Event =
      | {
          /** Said. */
          type: 'one'
        }
      | { /** Beside a brace, a comment is of nothing. */ silent: string /** After a field, it is of nothing either. */
          unheard: string }
    /** Hosts. */
    export const hosts: { readonly silent: string } = { silent: '' }
    /** Numbers. */
    export interface Numbers {
      /** How long, in milliseconds. */
      patience: number
      /** How long. */
      wait?: number
      /** How long. */
      restSeconds?: number
    }
    /** Made in two ways. */
    export class Made {
      /** By name. */
      constructor(name: string)
      constructor(name: string, number: 1)
      /** Nobody sees this. */
      constructor(..._: readonly unknown[]) {}
    }
    `,
  )
  expect(undocumented([{ name: 'entry', file }], folder.path)).toEqual([
    'entry: Options.silent',
    'entry: Options.inner.silent',
    'entry: Event.silent',
    'entry: Event.unheard',
    'entry: hosts.silent',
    'entry: Numbers.wait (in which unit?)',
    'entry: new Made(name, number)',
  ])
})
