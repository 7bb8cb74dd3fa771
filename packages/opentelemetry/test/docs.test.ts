import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { attributes, metrics } from '../src/index.ts'

const page = await readFile(new URL('../../../docs/telemetry.md', import.meta.url), 'utf8')
const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')

const code = (name: string): string => `\`${name}\``

/** The rows of the table whose first column has this heading. */
function rowsOf(heading: string): string[] {
  const lines = page.split('\n')
  const start = lines.findIndex((line) => line.startsWith(`| ${heading} |`)) + 2
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'))
  return lines.slice(start, end)
}

test('the guide has a row for each metric, as it is defined', () => {
  expect(rowsOf('metric')).toEqual(
    Object.entries(metrics).map(
      ([name, { kind, unit, description, attributes: names }]) =>
        `| ${code(name)} | ${kind}, ${code(unit)} | ${description} | ${names.map(code).join(' ')} |`,
    ),
  )
})

test('the guide has a row for each attribute, as it is defined', () => {
  expect(rowsOf('attribute')).toEqual(
    Object.entries(attributes).map(
      ([name, { description, values = [] }]) => `| ${code(name)} | ${description} | ${values.map(code).join(' ')} |`,
    ),
  )
})

test('the README names every metric', () => {
  for (const name of Object.keys(metrics)) expect(readme).toContain(`| ${code(name)} |`)
})

test('names follow OpenTelemetry’s rules: lower case, parts with dots between, none that is the beginning of another', () => {
  const names = [...Object.keys(metrics), ...Object.keys(attributes)]
  for (const name of names) {
    expect(name).toMatch(/^[a-z][a-z0-9]*(?:_[a-z0-9]+)*(?:\.[a-z][a-z0-9]*(?:_[a-z0-9]+)*)+$/)
    expect(names.filter((other) => other.startsWith(`${name}.`))).toEqual([])
  }
})

test('every attribute of a metric is defined, and every one that is defined is some metric’s', () => {
  const used = Object.values(metrics).flatMap(({ attributes: names }) => names)
  expect(new Set(used)).toEqual(new Set(Object.keys(attributes)))
})
