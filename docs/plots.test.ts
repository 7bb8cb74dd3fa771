import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { expectParts, table } from './generated-parts.ts'
import { type Figure, ratioPlot, readFigures } from './plots.ts'
import { pointsOf, ratePlot } from './rate-plot.ts'
import { root } from './snippets.ts'
import { outagePlot, timePlot } from './time-plots.ts'

test('the pictures and the table of docs/limits.md are what the bench printed', async () => {
  const output = await readFile(join(root, 'docs/images/bench.txt'), 'utf8')
  const figures = readFigures(output)
  expect(figures.length).toBeGreaterThan(5)
  const plot = ratioPlot(figures, 'How many times better than @azure/identity 4.13.1, measured in the same run')
  await expect(plot).toMatchFileSnapshot(join(root, 'docs/images/bench.svg'))
  const rows = (what: RegExp): Figure[] => figures.filter((figure) => what.test(figure.what))
  const [held] = rows(/tokens held/) as [Figure]
  const rate = ratePlot(held, 'Calls a second that memory answers, by the tokens that it holds', 'tokens held')
  await expect(rate).toMatchFileSnapshot(join(root, 'docs/images/tokens-held.svg'))
  const start = timePlot(rows(/^(?:import|require) of the library/), 'Until a program can use the library')
  await expect(start).toMatchFileSnapshot(join(root, 'docs/images/start.svg'))
  const outage = outagePlot(rows(/^errors of \d+ calls/), '50 calls while Entra ID fails and the token is valid')
  await expect(outage).toMatchFileSnapshot(join(root, 'docs/images/outage.svg'))
  const lines = figures.map(({ what, ours, peer, ratio }) => [
    what,
    ours,
    peer,
    ratio === undefined ? '' : `${ratio.toLocaleString('en')} ×`,
  ])
  await expectParts('docs/limits.md', {
    figures: table(['', 'entrada', '@azure/identity', 'better'], lines),
    machine: `\`${output.split('\n')[0]}\``,
  })
})

test('a row of several sizes is read with the sizes of either side, however it names them', () => {
  const users = {
    what: 'cached on-behalf-of at 1 / 10,000 users (one user alone is answered by a memo)',
    ours: '1.50 M/s · 240.0 k/s',
    peer: '5.1 k/s · 190/s at 1 / 1,000 (@azure/msal-node)',
    ratio: undefined,
  }
  expect(pointsOf(users)).toEqual({
    ours: [
      { held: 1, rate: 1_500_000 },
      { held: 10_000, rate: 240_000 },
    ],
    peer: [
      { held: 1, rate: 5100 },
      { held: 1000, rate: 190 },
    ],
  })
})
