import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { expectParts, table } from './generated-parts.ts'
import { timelinePlot } from './outage-plot.ts'
import { type Figure, ratioPlot, readFigures } from './plots.ts'
import { pointsOf, ratePlot } from './rate-plot.ts'
import { root } from './snippets.ts'
import { outagePlot, timePlot } from './time-plots.ts'

/** What the first picture shows; the table of docs/limits.md has every row. */
const headlines = [
  /^cached getToken, one scope$/,
  /^cached getToken, default chain, as the Azure SDK asks$/,
  /^100 hot among/,
  /^import of the library$/,
  /^require of the library$/,
  /^process start to first token/,
  /^1,000 concurrent cold getToken$/,
  /^getToken in the refresh window/,
  /^AzureCliCredential, second token$/,
  /^managed identity: 100 concurrent cold getToken$/,
  /^installed size/,
]

test('the pictures and the table of docs/limits.md are what the bench printed', async () => {
  const output = await readFile(join(root, 'docs/images/bench.txt'), 'utf8')
  const figures = readFigures(output)
  expect(figures.length).toBeGreaterThan(5)
  const shown = figures.filter(({ what }) => headlines.some((one) => one.test(what)))
  expect(shown).toHaveLength(headlines.length)
  const plot = ratioPlot(shown, 'How many times better than @azure/identity 4.13.1, measured in the same run')
  await expect(plot).toMatchFileSnapshot(join(root, 'docs/images/bench.svg'))
  const rows = (what: RegExp): Figure[] => figures.filter((figure) => what.test(figure.what))
  const [held] = rows(/tokens held/) as [Figure]
  const rate = ratePlot(held, 'Calls a second that memory answers, by the tokens that it holds', 'tokens held')
  await expect(rate).toMatchFileSnapshot(join(root, 'docs/images/tokens-held.svg'))
  const [users] = rows(/^cached on-behalf-of/) as [Figure]
  const byUsers = ratePlot(
    users,
    'Calls a second that memory answers on behalf of users',
    'users whose tokens are held',
  )
  await expect(byUsers).toMatchFileSnapshot(join(root, 'docs/images/users-held.svg'))
  const start = timePlot(rows(/^(?:import|require) of the library/), 'Until a program can use the library')
  await expect(start).toMatchFileSnapshot(join(root, 'docs/images/start.svg'))
  const outage = outagePlot(rows(/^errors of \d+ calls/), '50 calls while Entra ID fails and the token is valid')
  await expect(outage).toMatchFileSnapshot(join(root, 'docs/images/outage.svg'))
  const [seconds] = rows(/^a call every/) as [Figure]
  const timeline = timelinePlot(
    seconds,
    'What callers see while Entra ID is away: the token is valid, and due for refresh',
  )
  await expect(timeline).toMatchFileSnapshot(join(root, 'docs/images/outage-timeline.svg'))
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

test('what the README says is better is what the bench printed, by rows that it has', async () => {
  const figures = readFigures(await readFile(join(root, 'docs/images/bench.txt'), 'utf8'))
  const figure = (what: RegExp): Figure => {
    const found = figures.find((each) => what.test(each.what))
    if (found === undefined) throw new Error(`The bench has no row ${what}.`)
    return found
  }
  const cached = figures.filter(({ what }) => what.startsWith('cached getToken, '))
  const slowest = cached.reduce((one, other) => (rateOf(one.ours) < rateOf(other.ours) ? one : other))
  const fastest = cached.reduce((one, other) => (rateOf(one.peer) > rateOf(other.peer) ? one : other))
  const crowd = figure(/concurrent cold getToken/)
  const down = figure(/errors of 50 calls while the service answers 503/)
  const slow = figure(/^getToken in the refresh window/)
  const away = figure(/^a call every/)
  const [, from, until] = /from (\d+) s to (\d+) s/.exec(away.what) ?? []
  const weight = figure(/^installed size/)
  const load = figure(/^import of the library/)
  const bench = (names: string): string => `\`npm run bench -- ${names}\``
  const beside = '`interop/behaviour.test.ts`'
  const rows = [
    [
      'a cached `getToken`',
      `${fastest.peer} at most`,
      `${rateText(slowest.ours)} at least: a hit returns a stored promise`,
      bench('cached'),
    ],
    ['1,000 callers at once, nothing cached', first(crowd.peer), first(crowd.ours), bench('crowd')],
    [
      'a token due for refresh, and a service that takes 2 s',
      `a caller waits for ${slow.peer}`,
      `${slow.ours}: one refresh runs in the background`,
      bench('refresh'),
    ],
    [
      `Entra ID away for ${Number(until) - Number(from)} s, with the default retries`,
      away.peer,
      away.ours,
      bench('outage'),
    ],
    ['the same without retries', `${down.peer} of 50 calls fail`, `${down.ours} of 50 calls fail`, bench('refresh')],
    [
      '`abortSignal`, `requestOptions.timeout`, `close()`',
      'ignored, or missing',
      'work, for each caller separately',
      beside,
    ],
    [
      'a network failure',
      '“authentication required”',
      'the real cause: the host, `ENOTFOUND`, the certificate, the proxy',
      beside,
    ],
    [
      'a chain',
      'asks its members again on every call, and drops their reasons',
      'stays with the first member that had a token, and `explain()` says what happened with each',
      '[how a credential is chosen](docs/how-a-credential-is-chosen.md)',
    ],
    [
      'installed',
      packages(weight.peer),
      `${packages(weight.ours)} (more with the optional package that opens a browser)`,
      bench('installed'),
    ],
    ['`import`', load.peer, load.ours, bench('import')],
  ]
  const main = await readFile(join(root, 'bench/main.ts'), 'utf8')
  for (const [, names = ''] of rows.flatMap(([, , , by = '']) => [...by.matchAll(/bench -- ([^`]+)/g)])) {
    for (const name of names.split(' ')) expect(main).toMatch(new RegExp(`^  '?${name}'?[:,]`, 'm'))
  }
  const { devDependencies } = JSON.parse(await readFile(join(root, 'bench/package.json'), 'utf8'))
  const head = ['', `\`@azure/identity\` ${devDependencies['@azure/identity']}`, 'entrada', 'shown by']
  await expectParts('README.md', { better: table(head, rows) })
})

/** `2.12 M/s` of a row that goes on. */
function rateText(cell: string): string {
  return /^[\d.]+ ?[kM]?\/s/.exec(cell)?.[0] ?? cell
}

function rateOf(cell: string): number {
  const [, value, unit] = /^([\d.]+) ?([kM]?)\/s/.exec(cell) ?? []
  return Number(value) * (unit === 'M' ? 1e6 : unit === 'k' ? 1e3 : 1)
}

/** The first of several figures. */
function first(cell: string): string {
  return cell.split(/, (?!\d{3})/)[0] ?? cell
}

/** `1.2 MB, 2` in words. */
function packages(cell: string): string {
  return `${cell} packages`
}

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
