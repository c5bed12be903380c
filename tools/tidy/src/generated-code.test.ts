import { expect, test } from 'vitest'
import { compareTrees } from './generated-code.ts'

const generated = new Map([
  ['a_pb.ts', 'a'],
  ['b_pb.ts', 'b'],
])

test('compareTrees finds nothing when the committed code is what the generator makes', () => {
  expect(compareTrees(generated, new Map(generated))).toEqual([])
})

test('compareTrees reports a file when it is stale, missing or left behind', () => {
  const committed = new Map([
    ['a_pb.ts', 'old'],
    ['c_pb.ts', 'c'],
  ])
  const paths = compareTrees(generated, committed).map(({ path }) => path.slice(path.lastIndexOf('/') + 1))
  expect(paths).toEqual(['a_pb.ts', 'b_pb.ts', 'c_pb.ts'])
})

test('compareTrees reports the generator when it makes nothing', () => {
  expect(compareTrees(new Map(), new Map())).toHaveLength(1)
})
