import { mkdtempSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { closeLog, openLog, rotateLog } from './log-file.ts'

test('rotateLog keeps the old content aside and the writer appends to an empty log when it is too large', () => {
  const folder = mkdtempSync(join(tmpdir(), 'homeport-'))
  const path = join(folder, 'nats.log')
  const log = openLog(path)
  onTestFinished(() => {
    closeLog(log)
    rmSync(folder, { recursive: true })
  })
  expect(rotateLog(join(folder, 'absent.log'))).toBe(false)
  writeSync(log, '12345\n')
  expect(rotateLog(path, 6)).toBe(false)
  writeSync(log, '6\n')
  expect(rotateLog(path, 6)).toBe(true)
  writeSync(log, '7\n')
  expect(readFileSync(`${path}.1`, 'utf8')).toBe('12345\n6\n')
  expect(readFileSync(path, 'utf8')).toBe('7\n')
})
