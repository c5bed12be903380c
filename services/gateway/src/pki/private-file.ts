/** Files of which a half must never be seen, not even after a power cut. */
import { open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Only the owner may read what is secret. */
export const SECRET_FILE_MODE = 0o600

/** Anybody may read a certificate. */
export const PUBLIC_FILE_MODE = 0o644

/** Replaces the file whole, durably: after a crash it holds either its old or its new content. */
export async function writeFileDurably(path: string, content: string, mode: number): Promise<void> {
  const temporary = `${path}.new`
  const file = await open(temporary, 'w', mode)
  try {
    // A temporary file that an earlier crash left keeps its own mode when it is opened again.
    await file.chmod(mode)
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
  const directory = await open(dirname(path), 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

/** The text of a file, or `undefined` when there is none. */
export async function readFileIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
