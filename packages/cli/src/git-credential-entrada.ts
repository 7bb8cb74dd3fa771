#!/usr/bin/env node
import { keepCompiled } from './compile-cache.ts'

keepCompiled()

void Promise.all([import('./this-process.ts'), import('./credential-helper/git-credential.ts')]).then(
  ([{ runThisProcess }, { gitCredential }]) => runThisProcess(gitCredential),
)
