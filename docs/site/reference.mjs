import { join, relative } from 'node:path'
import { entries } from './entries.mjs'
import { root } from './stage.mjs'

/**
 * Writes the reference of all packages as Markdown, a page for each class, function and type, from the doc comments.
 * @param {string} folder
 */
export async function writeReference(folder) {
  // One of the site's own tools, which are not there when types are checked.
  /** @type {string} */
  const tool = 'typedoc'
  const { Application } = await import(tool)
  const given = entries()
  const options = {
    entryPoints: given.map(({ file }) => file),
    tsconfig: join(root, 'docs/site/tsconfig.reference.json'),
    plugin: [join(root, 'docs/site/node_modules/typedoc-plugin-markdown/dist/index.js')],
    readme: 'none',
    name: 'Reference',
    outputs: [{ name: 'markdown', path: folder }],
    entryFileName: 'index',
    hidePageHeader: true,
    hideBreadcrumbs: true,
    disableSources: true,
    excludeExternals: true,
    excludeInternal: true,
    excludePrivate: true,
    excludeProtected: true,
    skipErrorChecking: true,
    sanitizeComments: true,
    useCodeBlocks: true,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    typeDeclarationFormat: 'table',
    logLevel: 'Warn',
    // What is named in a comment and exported elsewhere is no fault.
    validation: { invalidLink: false, notExported: false, notDocumented: false },
  }
  const app = await Application.bootstrapWithPlugins(/** @type {object} */ (options))
  const project = await app.convert()
  if (project === undefined) throw new Error('TypeDoc could not read the packages.')
  // TypeDoc names a module by its file; programs know it by what they import.
  for (const module of project.children ?? []) {
    const entry = given.find(({ file }) => fileName(file) === module.name)
    if (entry !== undefined) module.name = entry.name
  }
  await app.generateOutputs(project)
}

/** The name that TypeDoc gives to the module of a file. */
function fileName(/** @type {string} */ file) {
  return relative(join(root, 'packages'), file).replace(/(?:\/index)?\.ts$/, '')
}
