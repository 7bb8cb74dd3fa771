#!/usr/bin/env node
import { dockerCredential } from './credential-helper/docker-credential.ts'
import { runThisProcess } from './this-process.ts'

void runThisProcess(dockerCredential)
