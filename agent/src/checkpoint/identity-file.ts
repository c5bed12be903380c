import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Identity, IdentityStore } from '../session/identity.ts'
import { CheckpointError } from './checkpoint.ts'
import { syncFolder } from './journal-file.ts'

const VERSION = 1
const FILE_NAME = 'identity.json'

/** The identity in `directory`: one file, readable by its owner only, replaced as a whole. */
export function createIdentityFile(directory: string): IdentityStore {
  const path = join(directory, FILE_NAME)
  return {
    async load() {
      let text: string
      try {
        text = await readFile(path, 'utf8')
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
        throw error
      }
      const { version, ...identity } = JSON.parse(text) as Identity & { readonly version: unknown }
      if (version === VERSION) return identity
      throw new CheckpointError(
        `Cannot read identity: version ${VERSION} is understood, received ${String(version)}`,
      )
    },
    async save(identity) {
      await mkdir(directory, { recursive: true, mode: 0o700 })
      const temporary = `${path}.new`
      const file = await open(temporary, 'w', 0o600)
      try {
        await file.writeFile(JSON.stringify({ version: VERSION, ...identity }))
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(temporary, path)
      await syncFolder(directory)
    },
  }
}
