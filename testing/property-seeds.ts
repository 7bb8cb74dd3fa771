import fc from 'fast-check'
import { inject } from 'vitest'

// One seed for all properties of a run, which `vitest.config.ts` chooses; a find is repeated with the seed that it names.
fc.configureGlobal({ seed: inject('propertySeed') })
