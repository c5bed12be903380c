import { describe, expect, it } from 'vitest'
import { type Ids, seededIds, seededRandom, systemIds } from './random.ts'

describe('seededRandom', () => {
  it('seededRandom repeats its numbers when the seed is the same', () => {
    const draw = (seed: number): number[] => {
      const random = seededRandom(seed)
      return Array.from({ length: 100 }, () => random.next())
    }
    expect(draw(7)).toEqual(draw(7))
    expect(draw(7)).not.toEqual(draw(8))
    expect(draw(7).every((number) => number >= 0 && number < 1)).toBe(true)
  })
})

const makers: [string, Ids][] = [
  ['systemIds', systemIds],
  ['seededIds', seededIds(seededRandom(1))],
]

describe.each(makers)('%s', (_name, ids) => {
  it('makes identifiers in the forms that ECS shows', () => {
    for (let count = 0; count < 200; count += 1) {
      expect(ids.uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/)
      expect(ids.hex(32)).toMatch(/^[0-9a-f]{32}$/)
      expect(ids.hex(17)).toMatch(/^[0-9a-f]{17}$/)
      expect(ids.digits(19)).toMatch(/^[1-9][0-9]{18}$/)
    }
  })
})
