import {
  type AccessToken,
  ChainedTokenCredential,
  CredentialUnavailableError,
  type GetTokenOptions,
  type TokenCredential,
} from 'entrada'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Chain } from '../../src/chain/chain.ts'
import { OneWinner } from '../../src/chain/winners.ts'

/** How a member is found at some time. */
interface State {
  outcome: 'token' | 'unavailable' | 'refused'
  /** Turns of the event loop until it answers. */
  turns: number
  /** A refusal that holds as long as what can be seen is the same. */
  isLasting: boolean
}

/** A time: what each member would say, and who asks meanwhile, each perhaps leaving after so many turns. */
interface Epoch {
  states: State[]
  callers: (number | undefined)[]
}

const state = fc.record<State>({
  outcome: fc.constantFrom('token', 'unavailable', 'unavailable', 'unavailable', 'refused'),
  turns: fc.integer({ min: 0, max: 4 }),
  isLasting: fc.boolean(),
})

const story = fc.integer({ min: 1, max: 5 }).chain((count) =>
  fc.array(
    fc.record<Epoch>({
      states: fc.array(state, { minLength: count, maxLength: count }),
      callers: fc.array(fc.option(fc.integer({ min: 0, max: 8 }), { nil: undefined }), { minLength: 1, maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 4 },
  ),
)

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A member that starts a process for each token, and knows what its refusals rest on. */
class Member implements TokenCredential {
  readonly name: string
  /** Indexes of the members that had been asked, and had answered, when this one was. */
  readonly started: string[][] = []
  state: State = { outcome: 'unavailable', turns: 0, isLasting: false }
  prepared = 0
  readonly #log: string[]

  constructor(name: string, log: string[]) {
    this.name = name
    this.#log = log
  }

  evidence(): string {
    return this.state.outcome
  }

  prepare(): void {
    this.prepared++
  }

  async getToken(_: string | string[], options?: GetTokenOptions): Promise<AccessToken> {
    const { outcome, turns, isLasting } = this.state
    this.started.push([...this.#log])
    for (let left = turns; left > 0; left--) await turn()
    if (options?.abortSignal?.aborted) throw Object.assign(new Error('left'), { name: 'AbortError' })
    this.#log.push(this.name)
    if (outcome === 'token') return { token: this.name, expiresOnTimestamp: 1e15 }
    if (outcome === 'unavailable') throw new CredentialUnavailableError(`${this.name}: absent.`, { isLasting })
    throw new Error(`${this.name}: refused.`)
  }

  async getTokenInfo(): Promise<never> {
    throw new Error('not asked for')
  }
}

/** Who has a token, or a refusal, if each is asked in turn; `undefined` if all are unavailable. */
function inOrder(members: Member[]): Member | undefined {
  return members.find(({ state: { outcome } }) => outcome !== 'unavailable')
}

function chainOf(members: Member[]): Chain {
  const options = {
    name: 'Chain',
    members: members.map((credential) => ({ name: credential.name, credential, hooks: credential })),
    monotonic: () => 0,
    emit: () => undefined,
    release: () => undefined,
  }
  return new Chain(options, new OneWinner())
}

async function call(chain: Chain, leavesAfter: number | undefined): Promise<string> {
  const controller = new AbortController()
  const asked = chain.getToken('https://a.example/.default', { abortSignal: controller.signal }).then(
    ({ token }) => token,
    (error: Error) =>
      error.name === 'AbortError' ? 'left' : error.message.includes('refused') ? error.message : 'none',
  )
  if (leavesAfter !== undefined) {
    for (let left = leavesAfter; left > 0; left--) await turn()
    controller.abort()
  }
  return asked
}

describe('whatever the members return, however long they take, and whichever caller leaves,', () => {
  test('the winner is the one that strict order finds, and stays it', async () => {
    await fc.assert(
      fc.asyncProperty(story, async (epochs) => {
        const log: string[] = []
        const members = (epochs[0] as Epoch).states.map((_, index) => new Member(`m${index}`, log))
        const chain = chainOf(members)
        let winner: Member | undefined
        for (const { states, callers } of epochs) {
          for (const [index, member] of members.entries()) member.state = states[index] as State
          const right = winner ?? inOrder(members)
          const expected =
            right === undefined || right.state.outcome === 'unavailable'
              ? 'none'
              : right.state.outcome === 'token'
                ? right.name
                : `${right.name}: refused.`
          const answers = await Promise.all(callers.map((leavesAfter) => call(chain, leavesAfter)))
          for (const answer of answers) expect(['left', expected]).toContain(answer)
          const selected = members.find(({ name }) => name === chain.selected)
          if (winner === undefined && answers.includes(expected) && right?.state.outcome === 'token') {
            expect(selected).toBe(right)
          }
          if (selected !== undefined) expect([winner, right]).toContain(selected)
          winner = selected
        }
      }),
      { numRuns: 400 },
    )
  })

  test('no member starts its work before all those ahead of it have been found unavailable', async () => {
    await fc.assert(
      fc.asyncProperty(story, async (epochs) => {
        const log: string[] = []
        const members = (epochs[0] as Epoch).states.map((_, index) => new Member(`m${index}`, log))
        const chain = chainOf(members)
        for (const { states, callers } of epochs) {
          for (const [index, member] of members.entries()) member.state = states[index] as State
          await Promise.all(callers.map((leavesAfter) => call(chain, leavesAfter)))
          if (chain.selected !== undefined) break
        }
        for (const [index, member] of members.entries()) {
          const ahead = members.slice(0, index).map(({ name }) => name)
          for (const answered of member.started) expect(answered).toEqual(expect.arrayContaining(ahead))
        }
      }),
      { numRuns: 400 },
    )
  })
})

test('what lasts is not tried again while what can be seen is the same, and is as soon as it differs', async () => {
  const log: string[] = []
  const [absent, slow] = [new Member('absent', log), new Member('slow', log)]
  absent.state = { outcome: 'unavailable', turns: 0, isLasting: true }
  const chain = chainOf([absent, slow])
  expect(await call(chain, undefined)).toBe('none')
  expect(await call(chain, undefined)).toBe('none')
  expect([absent.started.length, slow.started.length]).toEqual([1, 2])
  absent.state = { outcome: 'token', turns: 0, isLasting: true }
  expect(await call(chain, undefined)).toBe('absent')
  expect(absent.started).toHaveLength(2)
})

test('explain() asks everybody, whatever is known', async () => {
  const log: string[] = []
  const absent = new Member('absent', log)
  absent.state = { outcome: 'unavailable', turns: 0, isLasting: true }
  const chain = chainOf([absent, new Member('other', log)])
  await call(chain, undefined)
  expect((await chain.explain('https://a.example/.default')).attempts).toHaveLength(2)
  expect(absent.started).toHaveLength(2)
})

test('a refusal for one scope is not held against another', async () => {
  const log: string[] = []
  const absent = new Member('absent', log)
  absent.state = { outcome: 'unavailable', turns: 0, isLasting: true }
  const chain = chainOf([absent])
  await call(chain, undefined)
  await chain.getToken('https://b.example/.default').catch(() => undefined)
  expect(absent.started).toHaveLength(2)
})

test('the members behind one that is waited for make themselves ready once, and no earlier one does', async () => {
  const log: string[] = []
  const members = ['first', 'second', 'third', 'last'].map((name) => new Member(name, log))
  const [first, second, third, last] = members as [Member, Member, Member, Member]
  // Each waits until the last one is ready, and for some turns more.
  for (const member of [second, third]) {
    member.getToken = async () => {
      while (last.prepared === 0) await turn()
      for (let left = 5; left > 0; left--) await new Promise((resolve) => setTimeout(resolve, 0))
      throw new CredentialUnavailableError(`${member.name}: absent.`)
    }
  }
  expect(await call(chainOf(members), undefined)).toBe('none')
  expect([first.prepared, second.prepared, third.prepared, last.prepared]).toEqual([0, 0, 1, 1])
})

test('nobody makes themselves ready where each member answers at once', async () => {
  const log: string[] = []
  const members = ['first', 'second', 'third'].map((name) => new Member(name, log))
  expect(await call(chainOf(members), undefined)).toBe('none')
  expect(members.map(({ prepared }) => prepared)).toEqual([0, 0, 0])
})

test('another library’s member is only asked for tokens, whatever other methods it has', async () => {
  const log: string[] = []
  const members = ['first', 'second'].map((name) => new Member(name, log))
  const [first, second] = members as [Member, Member]
  first.state = { outcome: 'unavailable', turns: 5, isLasting: true }
  const chain = new ChainedTokenCredential(...members)
  for (let times = 0; times < 2; times++) await chain.getToken('https://a.example/.default').catch(() => undefined)
  expect([first.started.length, second.prepared]).toEqual([2, 0])
})
