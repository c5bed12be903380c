import { expect, it } from 'vitest'
import { checkTags, mergeTags } from './tags.ts'

const tags = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ key: `k${index}`, value: 'v' }))

it('checkTags takes fifty tags and fills in empty values', () => {
  expect(checkTags(tags(50))).toHaveLength(50)
  expect(checkTags([{ key: 'a' }])).toEqual([{ key: 'a', value: '' }])
  expect(checkTags(undefined)).toEqual([])
})

it.each([
  [tags(51), 'maximum number of tags'],
  [[{ value: 'v' }], 'Invalid tag key'],
  [[{ key: 'k'.repeat(129) }], 'Invalid tag key'],
  [[{ key: 'a*b' }], 'Invalid tag key'],
  [[{ key: 'k', value: 'v'.repeat(257) }], 'Invalid value of tag'],
  [[{ key: 'AWS:k' }], 'reserved'],
  [[{ key: 'k' }, { key: 'k' }], 'Duplicate tag keys'],
])('checkTags refuses %j when it is against the rules', (list, words) => {
  expect(() => checkTags(list)).toThrow(words)
})

it('mergeTags lets later tags win and keeps the order', () => {
  const merged = mergeTags(
    [
      { key: 'a', value: '1' },
      { key: 'b', value: '1' },
    ],
    [{ key: 'a', value: '2' }],
  )
  expect(merged).toEqual([
    { key: 'a', value: '2' },
    { key: 'b', value: '1' },
  ])
})
