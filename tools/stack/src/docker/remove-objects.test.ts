import { expect, test } from 'vitest'
import { parseNames } from './remove-objects.ts'

test.each([
  ['containers', '[{"Id":"a"},{"Id":"b"}]', ['a', 'b']],
  ['networks', '[]', []],
  ['volumes', '{"Volumes":[{"Name":"data"}],"Warnings":null}', ['data']],
  ['volumes', '{"Volumes":null,"Warnings":null}', []],
] as const)('parseNames reads %s from %s', (kind, body, names) => {
  expect(parseNames(kind, body)).toEqual(names)
})

test('parseNames refuses an answer that is no list', () => {
  expect(() => parseNames('containers', '{"message":"no"}')).toThrow('Cannot list containers')
})
