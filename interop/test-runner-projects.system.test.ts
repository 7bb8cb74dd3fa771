import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { component } from './components.ts'
import { type PackedProject, packedProject, projectTools, toolPath } from './packed-project.ts'

const programs = fileURLToPath(new URL('projects/', import.meta.url))
const workspaceTool = (path: string): string => fileURLToPath(new URL(`../node_modules/${path}`, import.meta.url))
const isHere = component(projectTools)

let project: PackedProject

beforeAll(async () => {
  if (!isHere) return
  project = await packedProject(['ts-jest', 'typescript', workspaceTool('vitest')])
  for (const file of ['jest.test.js', 'jest-automock.test.js', 'runner.test.mjs', 'program.ts']) {
    await copyFile(join(programs, file), join(project.folder, file))
  }
  await copyFile(join(programs, 'jest-typescript.ts'), join(project.folder, 'jest-typescript.test.ts'))
  const compilerOptions = { module: 'commonjs', moduleResolution: 'node10', target: 'es2022', strict: true, types: [] }
  await project.write({ 'tsconfig.json': { compilerOptions } })
}, 300_000)

afterAll(() => project?.remove())

test.each(['jest-29', 'jest-30'])(
  '%s, as it is without a configuration, runs a test with a credential, a verifier and the emulator, and mocks the package by itself',
  async (jest) => {
    const { code, output } = await project.run([
      toolPath(`${jest}/bin/jest.js`),
      '--rootDir',
      project.folder,
      '--runInBand',
      'jest.test.js',
      'jest-automock.test.js',
    ])
    expect(output).toContain('Tests:       5 passed, 5 total')
    expect(code).toBe(0)
  },
  120_000,
)

test('ts-jest, with its preset, runs a test in TypeScript that compiles to CommonJS', async () => {
  const { code, output } = await project.run([
    toolPath('jest-29/bin/jest.js'),
    '--rootDir',
    project.folder,
    '--preset',
    'ts-jest',
    '--runInBand',
    'jest-typescript.test.ts',
  ])
  expect(output).toContain('Tests:       1 passed, 1 total')
  expect(code).toBe(0)
}, 120_000)

test('vitest runs a test with a credential and the emulator, and mocks the package by itself', async () => {
  const { code, output } = await project.run([workspaceTool('vitest/vitest.mjs'), 'run', 'runner.test.mjs'])
  expect(output).toMatch(/Tests {2}2 passed/)
  expect(code).toBe(0)
}, 120_000)

test.each([
  ['tsx', 'tsx/dist/cli.mjs'],
  ['ts-node', 'ts-node/dist/bin.js'],
])(
  '%s runs a program in TypeScript',
  async (_, tool) => {
    expect(await project.run([toolPath(tool), 'program.ts'])).toEqual({ code: 0, output: 'token of 3 parts, then 401' })
  },
  60_000,
)
