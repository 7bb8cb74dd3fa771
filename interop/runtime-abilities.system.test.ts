import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { component } from './components.ts'
import { prepare, type Surroundings } from './runtimes/given.ts'
import { type Gap, type Results, resultsPage } from './runtimes/results-page.ts'
import { runtimes } from './runtimes/runtimes.ts'

// Each runs some fifty abilities, one after the other.
vi.setConfig({ testTimeout: 120_000 })

const inBrowser = ['a page', 'a web worker', 'a service worker']
const unread = 'The request is sent, and Microsoft Entra ID lets no page read the answer.'

/** What does not work and does not say so. Whatever else fails is a fault, and so is what stands here and works. */
const gaps: readonly Gap[] = [
  { ability: '`ClientSecretCredential`', runtimes: inBrowser, why: unread },
  { ability: '`UsernamePasswordCredential`', runtimes: inBrowser, why: unread },
  {
    ability: 'A certificate that nobody trusts is refused at once',
    runtimes: ['workerd', 'workerd without `nodejs_compat`', ...inBrowser],
    why: 'The runtime does not say why a connection failed, so that it is tried again.',
  },
]

let surroundings: Surroundings
beforeAll(async () => {
  surroundings = await prepare()
}, 60_000)
afterAll(() => surroundings?.close())

/** By runtime, so that a second try replaces the first. */
const results = new Map<string, Results>()

describe.each(runtimes)('on $name', ({ name, needs, run }) => {
  component(needs)

  test('each ability works, or an error says why not', async () => {
    const outcomes = await run(surroundings)
    results.set(name, { runtime: name, outcomes })
    if (name.startsWith('Node ')) expect(outcomes.filter(({ result }) => result !== 'works')).toEqual([])
    const failed = outcomes.filter(({ result }) => result === 'fails')
    const expected = gaps.filter((gap) => gap.runtimes.includes(name)).map(({ ability }) => ability)
    expect(failed.filter((outcome) => !expected.includes(outcome.name))).toEqual([])
    expect(failed.map((outcome) => outcome.name)).toEqual(expected)
  })
})

describe('the documentation', () => {
  for (const { needs } of runtimes) component(needs)

  test('says what works where, as docs/runtimes.md', async () => {
    expect([...results.keys()]).toEqual(runtimes.map(({ name }) => name))
    await expect(resultsPage([...results.values()], gaps)).toMatchFileSnapshot('../docs/runtimes.md')
  })
})
