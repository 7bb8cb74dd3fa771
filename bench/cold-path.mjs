/**
 * `node bench/cold-path.mjs`: how many files a reader opens to follow one cold `ClientSecretCredential.getToken`, and how
 * often the call moves from one to another. Each function of the library tells at its start which file it is in.
 */
import { mkdir, readFile, rm } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { startEmulator } from '@entrada/emulator'
import { build } from 'esbuild'
import ts from 'typescript'

const source = fileURLToPath(new URL('../packages/entrada/src/', import.meta.url))

/** The program's files in the order in which their functions were entered. @type {string[]} */
const entered = []
Object.assign(globalThis, { entered: (/** @type {string} */ file) => entered.push(file) })

const { ClientSecretCredential } = await tracedLibrary()
const entra = await startEmulator()
try {
  const { AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET } = entra.env()
  const options = { authorityHost: entra.url, fetch: entra.fetch }
  const credential = new ClientSecretCredential(AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET, options)
  entered.length = 0
  await credential.getToken('https://storage.azure.com/.default')
  report(entered)
  await credential.close()
} finally {
  await entra.close()
}

/** @param {readonly string[]} files */
function report(files) {
  const steps = files.filter((file, index) => file !== files[index - 1])
  const seen = new Set(steps)
  console.log(steps.join('\n'))
  console.log(
    `${seen.size} files, ${steps.length - 1} moves, ${steps.length - seen.size} of them back to a file seen before`,
  )
}

/** The library from its source, in one file that is gone when it is loaded. */
async function tracedLibrary() {
  const folder = fileURLToPath(new URL('.tmp/', import.meta.url))
  const outfile = join(folder, 'traced.mjs')
  await mkdir(folder, { recursive: true })
  await build({
    entryPoints: [join(source, 'index.ts')],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    plugins: [{ name: 'trace', setup: ({ onLoad }) => onLoad({ filter: /\.ts$/ }, traced) }],
  })
  try {
    return await import(pathToFileURL(outfile).href)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** @param {{ path: string }} file */
async function traced({ path }) {
  const contents = await readFile(path, 'utf8')
  if (dirname(path).includes('node_modules')) return { contents, loader: /** @type {const} */ ('ts') }
  const call = `globalThis.entered(${JSON.stringify(relative(source, path))});`
  const file = ts.createSourceFile(path, contents, ts.ScriptTarget.Latest, true)
  /** @type {number[]} */
  const starts = []
  /** @param {ts.Node} node */
  const visit = (node) => {
    const isNamed = ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node) || ts.isConstructorDeclaration(node)
    if (isNamed && node.body !== undefined && !isDerived(node)) starts.push(node.body.getStart() + 1)
    ts.forEachChild(node, visit)
  }
  visit(file)
  const text = starts
    .sort((left, right) => right - left)
    .reduce((whole, start) => `${whole.slice(0, start)}${call}${whole.slice(start)}`, contents)
  return { contents: text, loader: /** @type {const} */ ('ts') }
}

/** A constructor of a derived class may do nothing before `super()` that matters here. @param {ts.Node} node */
function isDerived(node) {
  return ts.isConstructorDeclaration(node) && node.parent.heritageClauses !== undefined
}
