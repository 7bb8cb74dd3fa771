import { bun, type Component, chromium, deno, node22, node24, node26, workerd } from '../components.ts'
import type { Outcome } from './abilities/try-abilities.ts'
import type { Surroundings } from './given.ts'
import { tryInChromium } from './in-chromium.ts'
import { tryInProgram } from './programs.ts'
import { tryInWorkerd } from './workerd.ts'

/** Somewhere that the library runs. */
export interface Runtime {
  /** As the documentation's tables have it. */
  name: string
  needs: Component
  run(surroundings: Surroundings): Promise<Outcome[]>
}

const ownMajor = process.versions.node.split('.')[0]
const node20 = ownMajor === '20' ? process.execPath : '/usr/bin/node-20'

export const runtimes: readonly Runtime[] = [
  program('Node 20', { name: 'Node 20', debian: 'nodejs', present: [node20] }),
  program('Node 22', node22),
  program('Node 24', node24),
  program('Node 26', node26),
  program('Deno 2.9', deno, 'run', '--no-prompt', '--allow-all', '--no-lock', '--node-modules-dir=manual'),
  program('Bun 1.4', bun),
  { name: 'workerd', needs: workerd, run: (given) => tryInWorkerd(pathOf(workerd), 'nodejs_compat', given) },
  {
    name: 'workerd without `nodejs_compat`',
    needs: workerd,
    run: (given) => tryInWorkerd(pathOf(workerd), 'without nodejs_compat', given),
  },
  { name: 'a page', needs: chromium, run: (given) => tryInChromium('page', given) },
  { name: 'a web worker', needs: chromium, run: (given) => tryInChromium('worker', given) },
  { name: 'a service worker', needs: chromium, run: (given) => tryInChromium('service-worker', given) },
]

/** Where the program of a runtime is. */
export function pathOf({ present: [path = ''] }: Component): string {
  return path
}

function program(name: string, needs: Component, ...args: readonly string[]): Runtime {
  return { name, needs, run: (surroundings) => tryInProgram([pathOf(needs), ...args], surroundings) }
}
