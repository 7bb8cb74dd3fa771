import { dirname } from 'node:path'
import { type ConfigFile, fileEdited, fileRemoved, hasFolder } from './config-file.ts'
import type { Change, RecordedValue } from './tool.ts'

/**
 * Lines of a configuration that is read line by line, with sections. They stand at its top: what stands at the end may belong
 * to a section.
 */
export function linesPut(file: ConfigFile, lines: readonly string[], label: string): Change[] {
  const text = file.text ?? ''
  const block = `${lines.join('\n')}\n`
  return text.includes(block) && isWholeLines(text, text.indexOf(block))
    ? []
    : fileEdited(file, [{ start: 0, end: 0, text: block, label }])
}

/** Takes the lines away, wherever they stand now, and the file with them if setup has made it and nothing else is in it. */
export function linesTaken(
  file: ConfigFile,
  lines: readonly string[],
  label: string,
  data: Readonly<Record<string, RecordedValue>>,
): Change[] {
  const { text = '' } = file
  const block = `${lines.join('\n')}\n`
  const start = text.indexOf(block)
  if (start < 0 || !isWholeLines(text, start)) return []
  if (data.formerlyAbsent === true && text === block) {
    return fileRemoved(file, data.formerlyNoFolder === true ? 'remove the folder' : 'keep the folder')
  }
  return fileEdited(file, [{ start, end: start + block.length, text: '', label }])
}

/** What has to be known of a file before setup writes it the first time. */
export async function formerStateOf(file: ConfigFile): Promise<Record<string, RecordedValue>> {
  if (file.text !== undefined) return {}
  return { formerlyAbsent: true, ...((await hasFolder(dirname(file.target))) ? {} : { formerlyNoFolder: true }) }
}

function isWholeLines(text: string, start: number): boolean {
  return start === 0 || text[start - 1] === '\n'
}
