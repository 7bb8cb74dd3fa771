import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isSeq, parse, stringify, type YAMLMap, type YAMLSeq } from 'yaml'
import { edited } from '../../src/setup/text-edit.ts'
import {
  added,
  exchanged,
  indexOfKey,
  itemsIn,
  listBegun,
  listEnded,
  readTree,
  removed,
  stringIn,
  valueIn,
} from '../../src/setup/tree-edit.ts'

/** Values as configurations have them: also such that YAML or JSON has to quote, break or nest. */
const leaf = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom('', 'no', '1.20', '# none', 'a: b', '- a', 'two\nlines\n', 'it’s "so"', '{}', 'a'.repeat(120)),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
)
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), tie('value'), { maxKeys: 3 }),
  ),
}))
const user = fc.record({ name: fc.stringMatching(/^[a-z]{1,6}$/), user: value })
const config = fc.record({
  apiVersion: fc.constant('v1'),
  users: fc.array(user, { maxLength: 3 }),
  extra: value,
  contexts: fc.array(fc.record({ context: value, name: fc.string() }), { maxLength: 2 }),
})

/** The same in every way in which people and programs write it. */
const written: fc.Arbitrary<(data: unknown) => string> = fc.oneof(
  fc
    .record({
      indent: fc.constantFrom(2, 4),
      indentSeq: fc.boolean(),
      lineWidth: fc.constantFrom(0, 40),
      defaultStringType: fc.constantFrom('PLAIN' as const, 'QUOTE_DOUBLE' as const, 'QUOTE_SINGLE' as const),
      nullStr: fc.constantFrom('null', '~', ''),
    })
    .map((options) => (data: unknown) => stringify(data, options)),
  fc.constantFrom(undefined, 1, 2, 4, '\t').map((indent) => (data: unknown) => JSON.stringify(data, null, indent)),
)
/** Comments and blanks around it, the line breaks of Windows, or none at the end. */
const dressed = fc.constantFrom<(text: string) => string>(
  (text) => text,
  (text) => `# first\n\n${text}`,
  (text) => `${text}\n# last\n`,
  (text) => text.trimEnd(),
)

const ours = { name: 'of-the-test', user: { exec: { command: 'entrada', args: ['a: b', '-o'], env: null } } }
const label = 'a user'

const text = fc.tuple(config, written, dressed).map(([data, write, dress]) => ({ data, text: dress(write(data)) }))
const examples = { numRuns: 200 }

/** Puts our user in as `setup kubectl` does. */
function withOurs(before: string): { after: string; former: string | undefined } {
  const tree = readTree('a file', before, 'YAML')
  const users = valueIn(tree.root, 'users')
  if (isSeq(users) && users.items.length > 0) {
    const edit = added(tree, users as YAMLSeq, { name: undefined, value: ours, label })
    return { after: edited(before, [edit]), former: undefined }
  }
  const { edit, former } = listBegun(tree, 'users', ours, label)
  return { after: edited(before, [edit]), former }
}

test('an item that is added to a list stands there, and everything else is as it was', () => {
  fc.assert(
    fc.property(text, ({ data, text: before }) => {
      const { after } = withOurs(before)
      const was = parse(before)
      expect(was).toEqual(parse(JSON.stringify(data)))
      expect(parse(after)).toEqual({ ...was, users: [...(was.users ?? []), ours] })
    }),
    examples,
  )
})

test('an item that is taken away again leaves the text as it was, to the byte', () => {
  fc.assert(
    fc.property(text, ({ text: before }) => {
      const { after, former } = withOurs(before)
      const tree = readTree('a file', after, 'YAML')
      const index = itemsIn(tree.root, 'users').findIndex((one) => stringIn(one, 'name') === ours.name)
      const users = valueIn(tree.root, 'users') as YAMLSeq
      const edit = former === undefined ? removed(tree, users, index, label) : listEnded(tree, 'users', former, label)
      expect(edited(after, [edit])).toBe(before)
    }),
    examples,
  )
})

test('an item that takes another’s place leaves the others', () => {
  fc.assert(
    fc.property(text, fc.nat(), ({ data, text: before }, at) => {
      fc.pre(data.users.length > 0)
      const index = at % data.users.length
      const tree = readTree('a file', before, 'YAML')
      const edit = exchanged(tree, valueIn(tree.root, 'users') as YAMLSeq, index, ours, label)
      const users = parse(before).users.with(index, ours)
      expect(parse(edited(before, [edit]))).toEqual({ ...parse(before), users })
    }),
    examples,
  )
})

test('a member that is added to an object and taken away again leaves the text as it was', () => {
  fc.assert(
    fc.property(text, ({ text: before }) => {
      const tree = readTree('a file', before, 'YAML')
      const member = { name: 'credHelpers', value: { 'a.example': 'entrada' }, label }
      const after = edited(before, [added(tree, tree.root, member)])
      expect(parse(after)).toEqual({ ...parse(before), credHelpers: member.value })
      const again = readTree('a file', after, 'YAML')
      const edit = removed(again, again.root as YAMLMap, indexOfKey(again.root, 'credHelpers'), label)
      expect(edited(after, [edit])).toBe(before)
    }),
    examples,
  )
})
