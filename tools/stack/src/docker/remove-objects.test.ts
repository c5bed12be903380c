import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { parseNames, removeImage, removeLabelled } from './remove-objects.ts'

/** An engine that answers by method and path, and records what it was asked. */
async function fakeEngine(answers: Readonly<Record<string, readonly [number, string]>>) {
  const folder = mkdtempSync(join(tmpdir(), 'homeport-'))
  const path = join(folder, 'engine.sock')
  const asked: string[] = []
  const server = createServer((request, response) => {
    const call = `${request.method ?? ''} ${decodeURIComponent(request.url ?? '')}`
    asked.push(call)
    const [status, body] = answers[call] ?? [404, '{"message":"page not found"}']
    response.writeHead(status).end(body)
  })
  await new Promise<void>((resolve) => {
    server.listen(path, resolve)
  })
  onTestFinished(() => {
    server.close()
    rmSync(folder, { recursive: true })
  })
  return { address: { kind: 'socket', path } as const, asked }
}

const LABEL = 'homeport.installation=abc'
const LIST = 'GET /containers/json?filters={"label":["homeport.installation=abc"]}&all=true'

test('removeLabelled removes what carries the label, with volumes, when some of it is gone meanwhile', async () => {
  const { address, asked } = await fakeEngine({
    [LIST]: [200, '[{"Id":"a"},{"Id":"b"},{"Id":"c"}]'],
    'DELETE /containers/a?force=true&v=true': [204, ''],
    'DELETE /containers/b?force=true&v=true': [
      409,
      '{"message":"removal of container b is already in progress"}',
    ],
  })
  expect(await removeLabelled(address, 'containers', LABEL)).toBe(3)
  expect(asked).toHaveLength(4)
})

test('removeLabelled throws the words of the engine when it refuses', async () => {
  const { address } = await fakeEngine({
    [LIST]: [200, '[{"Id":"a"}]'],
    'DELETE /containers/a?force=true&v=true': [500, '{"message":"device busy"}'],
  })
  await expect(removeLabelled(address, 'containers', LABEL)).rejects.toThrow('500 {"message":"device busy"}')
})

test.each([200, 404, 409])('removeImage is content when the engine answers %i', async (status) => {
  const { address, asked } = await fakeEngine({ 'DELETE /images/localhost/x:1': [status, '{}'] })
  await removeImage(address, 'localhost/x:1')
  expect(asked).toEqual(['DELETE /images/localhost/x:1'])
})

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
