import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/** Enough for the lines that are shown. */
const TAIL_BYTES_MAX = 16 * 1024

/** The last `count` lines of the file at `path`; none when there is no such file. */
export function lastLines(path: string, count: number): string[] {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch {
    // Nothing was logged.
    return []
  }
  try {
    const size = fstatSync(file).size
    const length = Math.min(size, TAIL_BYTES_MAX)
    const buffer = Buffer.alloc(length)
    const read = readSync(file, buffer, 0, length, size - length)
    return buffer.toString('utf8', 0, read).trimEnd().split('\n').slice(-count)
  } finally {
    closeSync(file)
  }
}
