import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { expectParts, table } from './generated-parts.ts'
import { ratioPlot, readFigures } from './plots.ts'
import { root } from './snippets.ts'

test('the pictures and the table of docs/limits.md are what the bench printed', async () => {
  const output = await readFile(join(root, 'docs/images/bench.txt'), 'utf8')
  const figures = readFigures(output)
  expect(figures.length).toBeGreaterThan(5)
  const plot = ratioPlot(figures, 'How many times better than @azure/identity 4.13.1, measured in the same run')
  await expect(plot).toMatchFileSnapshot(join(root, 'docs/images/bench.svg'))
  const rows = figures.map(({ what, ours, peer, ratio }) => [
    what,
    ours,
    peer,
    ratio === undefined ? '' : `${ratio.toLocaleString('en')} ×`,
  ])
  await expectParts('docs/limits.md', {
    figures: table(['', 'entrada', '@azure/identity', 'better'], rows),
    machine: `\`${output.split('\n')[0]}\``,
  })
})
