import { type JsonNode, placeIn } from './json-tree.ts'

/** Where a description comes from: its name for messages, and its text if it is a file. */
export interface Origin {
  /** `credentialFrom`, or the path of the file. */
  readonly name: string
  readonly text?: string
  /** The user's own configuration, or one that came with something else, such as a repository. */
  readonly isOwn: boolean
  /** Folder that relative paths in it start from. */
  readonly folder?: string
}

/** One error for what is wrong with a description: file, line and column, the field's path, and what to do. */
export function fault(origin: Origin, path: string, what: string, at?: JsonNode | number): TypeError {
  const offset = typeof at === 'object' ? at.at : at
  const place = origin.text === undefined || offset === undefined ? '' : `:${placeIn(origin.text, offset)}`
  return new TypeError(`${origin.name}${place}: ${[path, what].filter(Boolean).join(' ')}`)
}
