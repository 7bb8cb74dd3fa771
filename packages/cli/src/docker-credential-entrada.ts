#!/usr/bin/env node
import { keepCompiled } from './compile-cache.ts'

keepCompiled()

void Promise.all([import('./this-process.ts'), import('./credential-helper/docker-credential.ts')]).then(
  ([{ runThisProcess }, { dockerCredential }]) => runThisProcess(dockerCredential),
)
