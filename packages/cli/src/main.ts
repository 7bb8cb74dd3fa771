#!/usr/bin/env node
import { keepCompiled } from './compile-cache.ts'

// Whatever comes after is in other files, because this one has been compiled when that begins.
keepCompiled()

void import('./this-process.ts').then(({ runThisProcess }) => runThisProcess())
