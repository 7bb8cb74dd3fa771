import { expect, test } from 'vitest'
import { type KeeperEvent, type KeptToken, keepToken } from '../../src/keep/keeper.ts'

const minute = 60_000
const hour = 60 * minute

interface Kept {
  events: (KeeperEvent & { at: number })[]
  /** What was in the file, from when on. */
  history: { at: number; text: string | undefined }[]
  asked: number[]
}

/** Runs a keeper over a clock that only its sleeping moves, until that much time has passed. */
async function keepFor(
  milliseconds: number,
  getToken: (now: number) => KeptToken | Promise<KeptToken>,
  disturb: (now: number, kept: { removeFile(): void; replaceFile(): void }) => void = () => undefined,
): Promise<Kept> {
  const ending = new AbortController()
  const kept: Kept = { events: [], history: [], asked: [] }
  let clock = 0
  let text: string | undefined
  let isOurs = true
  const put = (value: string | undefined): void => {
    text = value
    kept.history.push({ at: clock, text })
  }
  await keepToken({
    getToken: async () => {
      kept.asked.push(clock)
      return getToken(clock)
    },
    file: {
      write: async (value) => {
        isOurs = true
        put(value)
      },
      whose: async () => (text === undefined ? 'nobody’s' : isOurs ? 'ours' : 'somebody’s'),
      remove: async () => void (text !== undefined && isOurs && put(undefined)),
    },
    form: (token) => token,
    now: () => clock,
    sleep: async (time) => {
      expect(time).toBeGreaterThan(0)
      clock += time
      const replaceFile = (): void => {
        isOurs = false
        put('of somebody else')
      }
      disturb(clock, { removeFile: () => put(undefined), replaceFile })
      if (clock >= milliseconds) ending.abort()
    },
    tell: (event) => kept.events.push({ ...event, at: clock }),
    signal: ending.signal,
  })
  return kept
}

/** A credential whose tokens live an hour, are refreshed five minutes before, and come behind the call that is due. */
function hourly(): (now: number) => KeptToken {
  let held: KeptToken | undefined
  return (now) => {
    const given = held
    const isDue = given === undefined || now >= (given.refreshAfterTimestamp ?? 0)
    if (isDue)
      held = { token: `token of ${now}`, expiresOnTimestamp: now + hour, refreshAfterTimestamp: now + 55 * minute }
    return given ?? (held as KeptToken)
  }
}

test('the file has a valid token at each moment of a day, and is gone at the end', async () => {
  const { history, asked } = await keepFor(24 * hour, hourly())
  for (const [index, { at, text }] of history.entries()) {
    const until = history[index + 1]?.at ?? at
    if (text !== undefined) expect(until - Number(text.slice('token of '.length))).toBeLessThan(hour)
  }
  expect(history.at(-1)).toMatchObject({ text: undefined })
  expect(history.filter(({ text }) => text === undefined).length).toBe(1)
  expect(asked.length).toBeLessThan(24 * 4)
})

test('a token that does not say when it wants to be renewed is renewed five minutes before its end', async () => {
  const { asked } = await keepFor(2 * hour, (now) => ({ token: String(now), expiresOnTimestamp: now + hour }))
  expect(asked).toEqual([0, 55 * minute, 110 * minute])
})

test('one that lives for two minutes is renewed after one', async () => {
  const { asked } = await keepFor(3 * minute, (now) => ({ token: String(now), expiresOnTimestamp: now + 2 * minute }))
  expect(asked).toEqual([0, minute, 2 * minute])
})

test('a renewal that fails is tried again, less and less often, while the token is valid', async () => {
  const { asked, events, history } = await keepFor(hour - 1000, (now) => {
    if (now > 0) throw new Error('no connection')
    return { token: 'first', expiresOnTimestamp: hour }
  })
  const pauses = asked.slice(1).map((at, index) => at - (asked[index] ?? 0))
  expect(pauses.slice(0, 8)).toEqual([55 * minute, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
  expect(events.at(-1)).toMatchObject({ type: 'failed', expiresOnTimestamp: hour })
  expect(history.slice(0, -1)).toEqual([{ at: 0, text: 'first' }])
})

test('a token that has ended is not left in the file, and the file comes back with the next token', async () => {
  const { history, events } = await keepFor(2 * hour, (now) => {
    if (now > 0 && now < 70 * minute) throw new Error('no connection')
    return { token: String(now), expiresOnTimestamp: now + hour }
  })
  expect(history[1]).toEqual({ at: hour, text: undefined })
  expect(events.some(({ type, at }) => type === 'ended' && at === hour)).toBe(true)
  expect(Number(history[2]?.text)).toBeGreaterThanOrEqual(70 * minute)
  expect(Number(history[2]?.text)).toBeLessThan(70 * minute + 30_000)
})

test('a file that somebody removes is there again half a minute later', async () => {
  let isRemoved = false
  const { history } = await keepFor(10 * minute, hourly(), (now, { removeFile }) => {
    if (now < 5 * minute || isRemoved) return
    isRemoved = true
    removeFile()
  })
  const [, removed, restored] = history
  expect(restored?.text).toBe('token of 0')
  expect((restored?.at ?? 0) - (removed?.at ?? 0)).toBeLessThanOrEqual(30_000)
})

test('what another program puts in its place is told once, and stays until the next renewal', async () => {
  let isReplaced = false
  const { history, events } = await keepFor(hour, hourly(), (now, { replaceFile }) => {
    if (now < 5 * minute || isReplaced) return
    isReplaced = true
    replaceFile()
  })
  expect(events.map(({ type }) => type)).toEqual(['written', 'replaced', 'written'])
  expect(history.slice(0, 3).map(({ text }) => text)).toEqual([
    'token of 0',
    'of somebody else',
    expect.stringContaining('token of'),
  ])
})

test('a machine that slept over the end renews when it wakes', async () => {
  let hasSlept = false
  let clock = 0
  const ending = new AbortController()
  const written: number[] = []
  await keepToken({
    getToken: async () => ({ token: String(clock), expiresOnTimestamp: clock + hour }),
    file: {
      write: async () => void written.push(clock),
      whose: async () => 'ours' as const,
      remove: async () => undefined,
    },
    form: (token) => token,
    now: () => clock,
    sleep: async (time) => {
      clock += hasSlept ? time : 8 * hour
      if (hasSlept) ending.abort()
      hasSlept = true
    },
    tell: () => undefined,
    signal: ending.signal,
  })
  expect(written).toEqual([0, 8 * hour])
})

test('without a first token nothing is written, nor removed', async () => {
  const touched: string[] = []
  const note = (what: string) => async (): Promise<void> => void touched.push(what)
  const keeping = keepToken({
    getToken: () => Promise.reject(new Error('refused')),
    file: { write: note('write'), remove: note('remove'), whose: async () => 'ours' as const },
    form: (token) => token,
    now: () => 0,
    sleep: async () => undefined,
    tell: () => undefined,
    signal: new AbortController().signal,
  })
  await expect(keeping).rejects.toThrow('refused')
  expect(touched).toEqual([])
})
