import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { takeStackLock } from './stack-lock.ts'

test('takeStackLock gives a data directory to one holder at a time', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'homeport-'))
  const other = mkdtempSync(join(tmpdir(), 'homeport-'))
  onTestFinished(() => {
    for (const path of [folder, other]) rmSync(path, { recursive: true })
  })
  const first = await takeStackLock(folder)
  expect(first).toBeDefined()
  expect(await takeStackLock(folder)).toBeUndefined()
  const second = await takeStackLock(other)
  expect(second).toBeDefined()
  first?.release()
  const again = await takeStackLock(folder)
  expect(again).toBeDefined()
  for (const lock of [again, second]) lock?.release()
})
