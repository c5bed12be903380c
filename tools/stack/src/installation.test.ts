import { mkdtempSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openInstallation } from './installation.ts'
import { dataPaths } from './paths.ts'
import { StackError } from './stack-error.ts'

const folder = (): string => mkdtempSync(join(tmpdir(), 'homeport-installation-'))

describe('openInstallation', () => {
  test('openInstallation makes the folders for their owner only, and finds the same installation again', () => {
    const paths = dataPaths(join(folder(), 'some', 'where'))
    const made = openInstallation(paths)
    expect(statSync(paths.root).mode & 0o777).toBe(0o700)
    expect(openInstallation(paths)).toEqual(made)
  })

  test('openInstallation says what to set when the directory cannot be made', () => {
    const file = join(folder(), 'file')
    writeFileSync(file, '')
    for (const root of [file, join(file, 'below'), '/proc/homeport/data']) {
      const open = (): unknown => openInstallation(dataPaths(root))
      expect(open).toThrow(StackError)
      expect(open).toThrow('set HOMEPORT_DATA_DIR')
    }
  })

  test('openInstallation leaves a folder of somebody else alone', () => {
    const root = folder()
    writeFileSync(join(root, 'theirs'), '')
    expect(() => openInstallation(dataPaths(root))).toThrow('received one that holds theirs')
  })
})
