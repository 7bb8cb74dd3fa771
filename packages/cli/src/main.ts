#!/usr/bin/env node
import * as module from 'node:module'

// From Node 22 on: what a command needs is compiled once, and read from there the next time. Whatever comes after is in
// other files, because this one has been compiled when the cache is turned on.
const { enableCompileCache } = module as { enableCompileCache?: () => unknown }
enableCompileCache?.()

void import('./this-process.ts').then(({ runThisProcess }) => runThisProcess())
