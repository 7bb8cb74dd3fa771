import type { Ended } from '../runtime/program.ts'
import type { ToolFailure } from './tool.ts'
import { toolWords } from './words.ts'

/** What a tool said on its way out, without tokens. */
export function ownWords(title: string, { code, stderr }: Ended): ToolFailure {
  const words = toolWords(stderr)
  const how = code === undefined ? 'was killed' : `ended with code ${code}`
  return { reason: words === '' ? `${title} ${how} and said nothing` : words }
}
