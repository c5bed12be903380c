import { Row } from '@homeport/store'
import { expect, it } from 'vitest'
import { TaskTexts } from './task-texts.ts'

const content = { version: 1, bytes: new Uint8Array(), indexTerms: [] }
const task = (key: string): Row<'tasks'> => new Row('tasks', key, content)
const instance = new Row('containerInstances', 'i', content)

/** Asks for the text of `row` and counts how often it had to be written. */
function asking(texts: TaskTexts) {
  const written: string[] = []
  const ask = (row: Row<'tasks'>, on: Row<'containerInstances'> | undefined = instance): string =>
    texts
      .textOf(row, on, () => {
        written.push(row.key)
        return row.key.repeat(10)
      })
      .toString()
  return { ask, written }
}

it('TaskTexts writes a text once, and again when the task or its instance is another row', () => {
  const { ask, written } = asking(new TaskTexts())
  const row = task('a')
  expect([ask(row), ask(row)]).toEqual(['aaaaaaaaaa', 'aaaaaaaaaa'])
  expect(written).toEqual(['a'])
  ask(task('a'))
  ask(row, new Row('containerInstances', 'i', content))
  expect(written).toEqual(['a', 'a', 'a'])
})

it('TaskTexts keeps what is asked for and drops what is not when a generation is full', () => {
  const { ask, written } = asking(new TaskTexts(25))
  const [kept, dropped] = [task('k'), task('d')]
  ask(kept)
  ask(dropped)
  for (const name of ['1', '2', '3', '4']) {
    ask(task(name))
    ask(kept)
  }
  ask(dropped)
  expect(written.filter((key) => key === 'k')).toEqual(['k'])
  expect(written.filter((key) => key === 'd')).toEqual(['d', 'd'])
})
