/**
 * A log in memory that fails as a real one does.
 *
 * Model: the entries are true; what the appender is told of an append is decided by the behaviour set for it.
 * A `late` append stays on its way until `deliverLate`, and is stored then if it still follows the end.
 */
import { type AppendOutcome, BusError, type LogBounds, type LogEntry, type LogStream } from '@homeport/bus'

/**
 * What happens to one append: `answered` as it should be; stored and `ackLost`; `requestLost` and never stored;
 * or `late`, unanswered and still on its way. The last three are unclear to the appender.
 */
export type AppendBehaviour = 'ackLost' | 'answered' | 'late' | 'requestLost'

/** A log in memory, shared by those who `open` it. */
export interface MemoryLog {
  /** Everything stored, oldest first; the first has sequence 1. */
  readonly entries: readonly LogEntry[]
  /** Appends on their way. */
  readonly lateCount: number
  /** Whether bounds and reads fail; default false. */
  isAway: boolean
  /** Asked for each append; default: always `answered`. */
  behaviour: () => AppendBehaviour
  /** One client's access. */
  open(): LogStream
  /** Lets every append that is on its way arrive, oldest first. */
  deliverLate(): void
}

/** An empty log. */
export const createMemoryLog = (): MemoryLog => new InMemoryLog()

const UNCLEAR: AppendOutcome = { kind: 'unclear', reason: 'no answer' }

/** As a NATS server with its default settings has it. */
const ENTRY_BYTES_MAX = 1024 * 1024 - 1024

interface Append {
  readonly expected: number
  readonly bytes: Uint8Array
}

class InMemoryLog implements MemoryLog {
  readonly entries: LogEntry[] = []
  readonly #late: Append[] = []
  isAway = false
  behaviour: () => AppendBehaviour = () => 'answered'

  get lateCount(): number {
    return this.#late.length
  }

  open(): LogStream {
    return {
      logId: 'memory',
      entryBytesMax: ENTRY_BYTES_MAX,
      append: (expected, bytes) => Promise.resolve(this.#append({ expected, bytes })),
      bounds: () => this.#bounds(),
      read: (first, last) => this.#read(first, last),
    }
  }

  deliverLate(): void {
    for (const append of this.#late.splice(0)) this.#store(append)
  }

  #append(append: Append): AppendOutcome {
    const behaviour = this.isAway ? 'requestLost' : this.behaviour()
    if (behaviour === 'requestLost') return UNCLEAR
    if (behaviour === 'late') {
      this.#late.push(append)
      return UNCLEAR
    }
    const outcome = this.#store(append)
    return behaviour === 'ackLost' ? UNCLEAR : outcome
  }

  #store({ expected, bytes }: Append): AppendOutcome {
    const actualSequence = this.entries.length
    if (expected !== actualSequence) return { kind: 'wrongLastSequence', actualSequence }
    const sequence = actualSequence + 1
    this.entries.push({ sequence, bytes })
    return { kind: 'appended', sequence }
  }

  #bounds(): Promise<LogBounds> {
    if (this.isAway) return Promise.reject(new BusError('UNAVAILABLE', 'Cannot ask: the log is away'))
    const lastSequence = this.entries.length
    return Promise.resolve({ firstSequence: lastSequence === 0 ? 0 : 1, lastSequence })
  }

  async *#read(first: number, last: number): AsyncGenerator<LogEntry> {
    for (const entry of this.entries.slice(first - 1, last)) {
      await Promise.resolve()
      yield entry
    }
  }
}
