/**
 * A file of entries that survive the machine losing power.
 *
 * Intuition: the agent writes small things often and reads them once, at the next start: a log. Writers do not
 * wait for the disk each; one write and one sync carry everything that came together.
 * Model: one entry a line, `CRC32 JSON`. `append` buffers; `flushed` resolves after the sync that covers what was
 * appended. A torn last line, left by a crash in the middle of a write, fails its checksum and ends the log. When
 * the log is many times what it says, it is written anew: temporary file, sync, rename, sync of the folder.
 * Rejected: SQLite (a native module, and 4 ms a commit against 1), and one file rewritten at every change, which
 * costs as much for one small state as for a thousand tasks.
 */
import { type FileHandle, mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import { backoffDelayMs, type Clock, delay, type Logger, type Random } from '@homeport/runtime'

const CRC_DIGITS = 8
/** A failed write (a full disk) is repeated for as long as it takes. */
const BACKOFF = { firstDelayMs: 100, maximumDelayMs: 5000 }
/** Below this size a log is never written anew. */
const COMPACTION_BYTES_MIN = 4 * 1024 * 1024
/** A log this many times larger than what it says is written anew. */
const COMPACTION_GROWTH = 4

/** What the file needs. */
export interface JournalFilePorts {
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
}

/** An open log. */
export interface JournalFile {
  /** Buffers one entry, a JSON value. */
  append(entry: object): void
  /** Resolves when everything appended before the call is on disk. Never rejects. */
  flushed(): Promise<void>
  /** Why entries cannot be written now; `undefined`: they can. */
  unhealthyReason(): string | undefined
  /** Writes what is buffered and closes the file. */
  close(): Promise<void>
}

/** The lines of the log at `path` in order, up to the first torn one; none when there is no file. */
export async function readJournal(path: string): Promise<unknown[]> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  const entries: unknown[] = []
  for (const line of text.split('\n')) {
    const json = line.slice(CRC_DIGITS + 1)
    if (line.slice(0, CRC_DIGITS) !== checksum(json)) break
    entries.push(JSON.parse(json))
  }
  return entries
}

const checksum = (json: string): string => crc32(json).toString(16).padStart(CRC_DIGITS, '0')

const encode = (entry: object): string => {
  const json = JSON.stringify(entry)
  return `${checksum(json)} ${json}\n`
}

/**
 * Writes the log at `path` anew with the entries of `snapshot`, and opens it.
 * `snapshot` is called again whenever the log has grown out of proportion; it says the same as all entries so far.
 * @throws {Error} when the folder cannot be written to.
 */
export async function openJournal(
  path: string,
  snapshot: () => Iterable<object>,
  ports: JournalFilePorts,
): Promise<JournalFile> {
  const writer = new Writer(path, snapshot, ports)
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await writer.rewrite()
  return writer
}

class Writer implements JournalFile {
  readonly #path: string
  readonly #snapshot: () => Iterable<object>
  readonly #ports: JournalFilePorts
  #file: FileHandle | undefined
  /** Bytes that are known to be whole; a failed write is cut off here. */
  #sizeBytes = 0
  #compactedSizeBytes = 0
  #buffer: string[] = []
  #flushing: Promise<void> | undefined
  #failure: string | undefined

  constructor(path: string, snapshot: () => Iterable<object>, ports: JournalFilePorts) {
    this.#path = path
    this.#snapshot = snapshot
    this.#ports = ports
  }

  append(entry: object): void {
    this.#buffer.push(encode(entry))
  }

  async flushed(): Promise<void> {
    // What is being written now may have been taken before our entries were appended.
    await this.#flushing
    if (this.#buffer.length === 0) return this.#flushing
    this.#flushing ??= this.#flush().finally(() => {
      this.#flushing = undefined
    })
    return this.#flushing
  }

  unhealthyReason(): string | undefined {
    return this.#failure
  }

  async close(): Promise<void> {
    await this.flushed()
    await this.#file?.close()
    this.#file = undefined
  }

  async rewrite(): Promise<void> {
    const temporary = `${this.#path}.new`
    const lines = [...this.#snapshot()].map(encode).join('')
    const file = await open(temporary, 'w', 0o600)
    await file.writeFile(lines)
    await file.datasync()
    await rename(temporary, this.#path)
    await syncFolder(dirname(this.#path))
    await this.#file?.close()
    this.#file = file
    this.#sizeBytes = Buffer.byteLength(lines)
    this.#compactedSizeBytes = this.#sizeBytes
  }

  async #flush(): Promise<void> {
    const data = Buffer.from(this.#buffer.splice(0).join(''))
    for (let failureCount = 0; ; ) {
      try {
        await this.#write(data)
        this.#failure = undefined
        return
      } catch (error) {
        failureCount += 1
        this.#failure = `the checkpoint cannot be written: ${String(error)}`
        this.#ports.logger.error(
          { err: error, failureCount },
          'the checkpoint cannot be written, will be repeated',
        )
        await delay(this.#ports.clock, backoffDelayMs(failureCount, BACKOFF, this.#ports.random))
      }
    }
  }

  async #write(data: Buffer): Promise<void> {
    const file = this.#file ?? (await open(this.#path, 'r+'))
    this.#file = file
    for (let offset = 0; offset < data.length; ) {
      const { bytesWritten } = await file.write(data, offset, data.length - offset, this.#sizeBytes + offset)
      offset += bytesWritten
    }
    await file.datasync()
    this.#sizeBytes += data.length
    const growth = this.#sizeBytes / Math.max(this.#compactedSizeBytes, 1)
    if (this.#sizeBytes >= COMPACTION_BYTES_MIN && growth >= COMPACTION_GROWTH) await this.rewrite()
  }
}

/** Makes renames in the folder survive power loss. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
