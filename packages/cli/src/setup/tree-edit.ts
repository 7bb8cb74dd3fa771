import {
  type Document,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  stringify,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import { refused } from './config-file.ts'
import type { Edit } from './text-edit.ts'

/**
 * YAML and JSON whose text is edited in place: comments, order, quotes and blanks of everything else stay, which a library
 * that writes the whole tree anew would not keep.
 */
export interface Tree {
  readonly text: string
  readonly root: YAMLMap
}

/** A line is not broken, however long it is. */
const unfolded = { lineWidth: 0 } as const

/** Reads YAML, or JSON. Throws a `Failure` with the place, and without the text around it, which may hold secrets. */
export function readTree(path: string, text: string, form: 'YAML' | 'JSON'): Tree {
  if (form === 'JSON') checkJson(path, text)
  const lineCounter = new LineCounter()
  const document: Document = parseDocument(text, { prettyErrors: false, lineCounter, merge: false })
  const [error] = document.errors
  if (error !== undefined) {
    const { line, col } = lineCounter.linePos(error.pos[0])
    throw refused(`${path}:${line}:${col}`, `is not ${form} that can be edited: ${error.code}`)
  }
  const { contents } = document
  if (!isMap(contents)) throw refused(path, `is ${form}, but not an object`)
  return { text, root: contents as YAMLMap }
}

function checkJson(path: string, text: string): void {
  try {
    JSON.parse(text)
  } catch {
    throw refused(path, 'is not JSON')
  }
}

/** The collection or scalar under a key. */
export function valueIn(map: unknown, key: string): Node | undefined {
  return isMap(map) ? ((map.get(key, true) as Node | null | undefined) ?? undefined) : undefined
}

/** The string under a key. */
export function stringIn(map: unknown, key: string): string | undefined {
  const value = valueIn(map, key)
  return isScalar(value) && typeof value.value === 'string' ? value.value : undefined
}

/** The items of a list under a key. */
export function itemsIn(map: unknown, key: string): readonly Node[] {
  const list = valueIn(map, key)
  return isSeq(list) ? (list.items as Node[]) : []
}

/** Puts a member at the end of an object or list: `name` is the key, or `undefined` for a list. */
export function added(
  { text }: Tree,
  into: YAMLMap | YAMLSeq,
  member: { name: string | undefined; value: unknown; label: string },
): Edit {
  const { name, value, label } = member
  if (into.flow !== true) {
    const indent = columnOf(text, startOf(text, into, 0))
    const block = name === undefined ? stringify([value], unfolded) : stringify({ [name]: value }, unfolded)
    const at = lineAfter(text, endOf(into))
    const isOpen = at > 0 && text[at - 1] !== '\n'
    const lines = block.trimEnd().replace(/^(?=.)/gm, ' '.repeat(indent))
    return { start: at, end: at, text: isOpen ? `\n${lines}` : `${lines}\n`, label }
  }
  const [from = 0, to = 0] = into.range ?? []
  const last = into.items.length - 1
  const written = (indent: string): string => {
    const json = JSON.stringify(value, null, indent === '' ? undefined : unitOf(text)).replaceAll('\n', `\n${indent}`)
    return name === undefined ? json : `${JSON.stringify(name)}: ${json}`
  }
  if (last < 0) {
    const indent = lineIndent(text, from)
    const inner = `${indent}${unitOf(text)}`
    return { start: from + 1, end: to - 1, text: `\n${inner}${written(inner)}\n${indent}`, label }
  }
  const before = blankBefore(text, startOf(text, into, last))
  const end = memberEnd(into, last)
  return { start: end, end, text: `,${before || ' '}${written(before.split('\n').at(-1) ?? '')}`, label }
}

/** Takes a member of an object or a list away, by its index. */
export function removed({ text }: Tree, from: YAMLMap | YAMLSeq, index: number, label: string): Edit {
  if (from.flow !== true) {
    const start = text.lastIndexOf('\n', startOf(text, from, index) - 1) + 1
    const end = lineAfter(text, memberEnd(from, index))
    // The last line of a file that ends without a line break.
    const isOpen = start > 0 && text[end - 1] !== '\n'
    return { start: isOpen ? start - 1 : start, end, text: '', label }
  }
  const [begin = 0, close = 0] = from.range ?? []
  if (from.items.length === 1) return { start: begin + 1, end: close - 1, text: '', label }
  if (index === 0) return { start: startOf(text, from, 0), end: startOf(text, from, 1), text: '', label }
  return { start: memberEnd(from, index - 1), end: memberEnd(from, index), text: '', label }
}

/** Puts another value in the place of an item of a list. */
export function exchanged(tree: Tree, list: YAMLSeq, index: number, value: unknown, label: string): Edit {
  const { range } = list.items[index] as Node
  if (list.flow === true) return { start: range?.[0] ?? 0, end: range?.[1] ?? 0, text: JSON.stringify(value), label }
  const { start, end } = removed(tree, list, index, label)
  const { text } = added(tree, list, { name: undefined, value, label })
  const isOpen = tree.text[start] === '\n'
  return { start, end, text: isOpen ? `\n${text.trim()}` : `${text.replace(/^\n/, '').trimEnd()}\n`, label }
}

/** Puts the first item into a list that is empty, `null` or has no value at all; `former` is what stood behind the colon. */
export function listBegun(
  { text, root }: Tree,
  key: string,
  value: unknown,
  label: string,
): { edit: Edit; former: string } {
  const { key: name, value: list } = root.items[indexOfKey(root, key)] as { key: Node; value: Node | null }
  const colon = text.indexOf(':', name.range?.[1]) + 1
  const end = list?.range?.[1] ?? colon
  const isFlow = root.flow === true
  const written = isFlow ? ` [${JSON.stringify(value)}]` : `\n${stringify([value], unfolded).trimEnd()}`
  return { edit: { start: colon, end, text: written, label }, former: text.slice(colon, end) }
}

/** Puts back what `listBegun` has replaced. */
export function listEnded({ text, root }: Tree, key: string, former: string, label: string): Edit {
  const { key: name, value: list } = root.items[indexOfKey(root, key)] as { key: Node; value: YAMLSeq }
  const end = list.flow === true ? (list.range?.[1] ?? 0) : memberEnd(list, list.items.length - 1)
  return { start: text.indexOf(':', name.range?.[1]) + 1, end, text: former, label }
}

/** Puts another value in the place of a scalar; `text` is as it is to be written. */
export function replaced(node: Node, text: string, label: string): Edit {
  const [start = 0, end = 0] = node.range ?? []
  return { start, end, text, label }
}

/** A scalar as it is written. */
export function sourceOf({ text }: Tree, { range }: Node): string {
  return text.slice(range?.[0], range?.[1])
}

/** A string as a scalar of the same kind of text. */
export function scalar(value: string, beside: YAMLMap): string {
  return beside.flow === true ? JSON.stringify(value) : stringify(value, unfolded).trimEnd()
}

/** Index of a key in an object, or -1. */
export function indexOfKey(map: YAMLMap, key: string): number {
  return map.items.findIndex((pair) => isScalar(pair.key) && pair.key.value === key)
}

function startOf(text: string, { items, flow }: YAMLMap | YAMLSeq, index: number): number {
  const item: unknown = items[index]
  const start = (isPair(item) ? (item.key as Node) : (item as Node)).range?.[0] ?? 0
  return isPair(item) || flow === true ? start : text.lastIndexOf('-', start)
}

function memberEnd({ items }: YAMLMap | YAMLSeq, index: number): number {
  const item: unknown = items[index]
  const node = isPair(item) ? ((item.value ?? item.key) as Node) : (item as Node)
  return isCollection(node) && node.flow !== true ? endOf(node) : (node.range?.[1] ?? 0)
}

function endOf(collection: YAMLMap | YAMLSeq): number {
  return collection.items.length === 0
    ? (collection.range?.[1] ?? 0)
    : memberEnd(collection, collection.items.length - 1)
}

/** Where the line after an offset begins; the offset itself where it begins a line. */
function lineAfter(text: string, offset: number): number {
  if (offset > 0 && text[offset - 1] === '\n') return offset
  const end = text.indexOf('\n', offset)
  return end === -1 ? text.length : end + 1
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1)
}

function lineIndent(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', offset - 1) + 1))?.[0] ?? ''
}

/** Blanks and line breaks before an offset. */
function blankBefore(text: string, offset: number): string {
  return /\s*$/.exec(text.slice(0, offset))?.[0] ?? ''
}

/** What the text is indented by, as its first indented line shows it; docker writes tabs. */
function unitOf(text: string): string {
  return /\n([ \t]+)\S/.exec(text)?.[1] ?? '\t'
}
