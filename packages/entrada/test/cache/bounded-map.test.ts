import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BoundedMap } from '../../src/cache/bounded-map.ts'

test('gives back what was set last, and keeps groups and items apart', () => {
  const map = new BoundedMap<number>(10)
  map.set('a', 'b', 1)
  map.set('b', 'a', 2)
  map.set('ab', '', 3)
  map.set('', 'ab', 4)
  map.set('a', 'b', 5)
  expect([map.get('a', 'b'), map.get('b', 'a'), map.get('ab', ''), map.get('', 'ab')]).toEqual([5, 2, 3, 4])
  expect(map.get('a', 'a')).toBeUndefined()
})

test('keeps names that every object has apart from what was set', () => {
  const map = new BoundedMap<number>(10)
  for (const name of ['__proto__', 'constructor', 'toString']) {
    expect(map.get(name, name)).toBeUndefined()
    map.set(name, name, 1)
    expect(map.get(name, name)).toBe(1)
  }
})

test('forgets everything on clear()', () => {
  const map = new BoundedMap<number>(1)
  for (let item = 0; item < 3; item++) map.set('', String(item), item)
  map.clear()
  expect([0, 1, 2].map((item) => map.get('', String(item)))).toEqual([undefined, undefined, undefined])
})

test('holds the most recently used, at least as many as its capacity and at most twice as many', () => {
  const capacity = 4
  const name = fc.constantFrom('a', 'b', 'c')
  const step = fc.record({
    kind: fc.constantFrom('set', 'get'),
    group: name,
    item: fc.constantFrom('1', '2', '3', '4', '5'),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
      const map = new BoundedMap<number>(capacity)
      // The model: what was used, the latest last, with the value it should have.
      const used = new Map<string, number>()
      for (const [index, { kind, group, item }] of steps.entries()) {
        const key = JSON.stringify([group, item])
        const recency = [...used.keys()].reverse().indexOf(key)
        if (kind === 'set') {
          map.set(group, item, index)
          used.delete(key)
          used.set(key, index)
          continue
        }
        const value = map.get(group, item)
        if (value !== undefined) expect(value).toBe(used.get(key))
        if (recency >= 0 && recency < capacity) expect(value).toBe(used.get(key))
        if (recency < 0 || recency >= 2 * capacity) expect(value).toBeUndefined()
        if (value === undefined) continue
        used.delete(key)
        used.set(key, value)
      }
    }),
    { numRuns: 500 },
  )
})
