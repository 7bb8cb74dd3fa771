/** Builds the program: a file for the start and one for each command, which is loaded when it is run. */
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeProgram } from '../../scripts/build-package.mjs'

await writeProgram({ folder: dirname(fileURLToPath(import.meta.url)) })
