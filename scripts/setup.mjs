import { pathToFileURL } from 'node:url'
import { build, buildIsCurrent } from './build.mjs'
import { dependenciesAreCurrent, installDependencies } from './dependencies.mjs'
import { installNativePackage, missingNativePackages } from './native-packages.mjs'
import { step } from './step.mjs'

/**
 * Makes a fresh clone, or one that has moved on, ready to run: dependencies from the lock files, then the build. Does
 * and says nothing when all is up to date. Needs Node and npm, nothing else: it runs before anything is installed.
 * @returns {Promise<boolean>} whether the workspace is ready
 */
export async function setUp() {
  if (!(await dependenciesAreCurrent()) && !(await step('dependencies (npm ci)', installDependencies))) return false
  for (const folder of await missingNativePackages()) {
    // A package that can't be compiled here costs its own tests, which say so, and no others.
    await step(`${folder} (npm ci)`, () => installNativePackage(folder))
  }
  return (await buildIsCurrent()) || (await step('build', build))
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = (await setUp()) ? 0 : 1
