import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root: string = fileURLToPath(new URL('../', import.meta.url))

/** A fenced piece of code on a page. */
export interface PageSnippet {
  /** The page, by its path in the repository. */
  page: string
  /** Where it begins, counted from 1. */
  line: number
  language: string
  /** What follows the language: `run` for a program whose output is the block of `txt` after it, `part` for what is no program. */
  mark: string
  code: string
  /** The block of `txt` that follows, if one does. */
  output: string | undefined
}

/** The snippets of a page, in order. */
export async function snippetsIn(page: string): Promise<PageSnippet[]> {
  const text = await readFile(join(root, page), 'utf8')
  const blocks = [...text.matchAll(/^```(\w+)(?: ([^\n]+))?\n([\s\S]*?)^```$/gm)]
  return blocks.map(([whole, language = '', mark = '', code = ''], index) => {
    const at = blocks[index]?.index ?? 0
    const next = blocks[index + 1]
    const follows = next?.[1] === 'txt' && text.slice(at + whole.length, next.index).trim() === ''
    const line = text.slice(0, at).split('\n').length
    return { page, line, language, mark, code, output: follows ? next?.[3] : undefined }
  })
}
