import { closeSync, copyFileSync, openSync, statSync, truncateSync } from 'node:fs'

/** With the one older file that is kept, at most twice this on disk per process. */
const LOG_BYTES_MAX = 20 * 1024 * 1024

/**
 * Opens a log for appending. Processes write to it themselves, so that they keep running and logging
 * when their supervisor dies.
 * @returns a file descriptor that the caller closes.
 */
export function openLog(path: string): number {
  return openSync(path, 'a')
}

/** Closes what `openLog` opened. */
export function closeLog(file: number): void {
  closeSync(file)
}

/**
 * Moves the content of a log that has grown too large to `PATH.1`, replacing what was there. The writer keeps
 * its open file, and appends at the new end; lines that it writes in between are lost.
 * @param limitBytes default `LOG_BYTES_MAX`
 * @returns whether it was too large.
 */
export function rotateLog(path: string, limitBytes: number = LOG_BYTES_MAX): boolean {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (size <= limitBytes) return false
  copyFileSync(path, `${path}.1`)
  truncateSync(path)
  return true
}
