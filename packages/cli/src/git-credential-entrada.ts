#!/usr/bin/env node
import { gitCredential } from './credential-helper/git-credential.ts'
import { runThisProcess } from './this-process.ts'

void runThisProcess(gitCredential)
