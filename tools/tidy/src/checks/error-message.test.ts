import { expect, test } from 'vitest'
import { errorMessage } from './error-message.ts'

const check = (text: string, path = 'services/api/src/sample.ts') => errorMessage([{ path, text }])

test('errorMessage reports a message when it breaks the grammar', () => {
  const broken = [
    "throw new Error('no such task')",
    "throw new Error('Failed to read task: it is gone')",
    "throw new Error('Cannot read task')",
    "throw new Error('Cannot read task: it is gone.')",
    'throw new TaskError(`Task ${id} is gone`)',
    'throw new TaskError(`${prefix}: task is gone`)',
    "throw new TaskError('CODE', { message: 'it is gone' })",
    "throw new TaskError('Task is gone, ' + id)",
    "const later = (id: string) => new TaskError(id, 'is gone')",
    "class TaskError extends Error { constructor() { super('it is gone') } }",
  ]
  for (const text of broken) expect(check(text), text).toHaveLength(1)
})

test('errorMessage accepts a message when it follows the grammar or is only known at run time', () => {
  const fine = [
    "throw new Error('Cannot read task: it must exist, received none')",
    'throw new TaskError(`Cannot ${verb} task ${id}: ${reason}`)',
    "throw new TaskError('CODE', { message: `Cannot stop task: received ${id}` })",
    "throw new Error('Cannot read task ' + id + ': received ' + found)",
    'throw new Error(message)',
    "throw new TaskError('CODE')",
    'class TaskError extends Error { constructor(message: string) { super(message) } }',
    "class Panel extends View { constructor() { super('some text') } }",
  ]
  for (const text of fine) expect(check(text), text).toEqual([])
})

test('errorMessage exempts a class everywhere when its doc comment says who words its texts', () => {
  const declaration = {
    path: 'packages/ecs-api/src/ecs-error.ts',
    text: "/**\n * What ECS answers, worded by\n * ECS itself.\n */\nexport class EcsError extends Error { constructor() { super('No such task.') } }",
  }
  const use = { path: 'services/api/src/sample.ts', text: "throw new EcsError('Tasks cannot be empty.')" }
  expect(errorMessage([declaration, use])).toEqual([])
  const unmarked = { ...declaration, text: declaration.text.replace('worded by', 'in the words of') }
  expect(errorMessage([unmarked, use]).map(({ path }) => path)).toEqual([declaration.path, use.path])
})

test('errorMessage leaves tests alone when they throw', () => {
  expect(check("throw new Error('boom now')", 'services/api/src/sample.test.ts')).toEqual([])
})
