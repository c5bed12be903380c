import { toBinary } from '@bufbuild/protobuf'
import { keyOf } from '@homeport/store'
import { TaskSchema } from '@homeport/wire/types'
import { expect, test } from 'vitest'
import { taskRow } from './task-row.ts'

test('taskRow makes rows of 300 bytes under keys of their own', () => {
  const indexes = [1, 2, 19_999, 99_999]
  const sizes = indexes.map((index) => toBinary(TaskSchema, taskRow(index)).length)
  expect(sizes).toEqual([300, 300, 300, 300])
  expect(new Set(indexes.map((index) => keyOf('tasks', taskRow(index)))).size).toBe(indexes.length)
})
