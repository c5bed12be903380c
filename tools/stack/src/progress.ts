import type { Clock } from '@homeport/runtime'

/** Shows steps as they run, one line each. */
export interface Progress {
  /**
   * Runs `work` and reports its outcome with the time it took. What `work` returns as `detail` is shown
   * behind the title.
   * @throws what `work` throws, after reporting it as failed.
   */
  step<T>(title: string, work: () => Promise<T>, detail?: (result: T) => string | undefined): Promise<T>
  /** Shows a line of plain text. */
  say(text: string): void
}

/** A step that takes longer is announced in a log too; shorter ones only leave their result. */
const ANNOUNCED_AFTER_MS = 2000

/** Where the lines go, and what time it is. */
export interface ProgressOptions {
  readonly write: (text: string) => void
  readonly clock: Clock
  /** Whether a line can be rewritten, so that a running step shows at once without leaving a trace. */
  readonly isTerminal: boolean
}

const CLEAR_LINE = '\r\x1b[2K'

/** Reports steps as lines of `✓ title: detail (1.2 s)` and `✗ title (0.4 s)`. */
export function createProgress(options: ProgressOptions): Progress {
  const { write, clock, isTerminal } = options
  return {
    async step(title, work, detail) {
      const startedAtMs = clock.monotonic()
      const finish = (mark: string, text: string): void => {
        const seconds = ((clock.monotonic() - startedAtMs) / 1000).toFixed(1)
        write(`${isTerminal ? CLEAR_LINE : ''}${mark} ${text} (${seconds} s)\n`)
      }
      if (isTerminal) write(`… ${title}`)
      const announcement = clock.after(ANNOUNCED_AFTER_MS, () => write(isTerminal ? '' : `… ${title}\n`), {
        background: true,
      })
      try {
        const result = await work()
        const shown = detail?.(result)
        finish('✓', shown === undefined ? title : `${title}: ${shown}`)
        return result
      } catch (error) {
        finish('✗', title)
        throw error
      } finally {
        announcement.cancel()
      }
    },
    say: (text) => write(`${isTerminal ? CLEAR_LINE : ''}${text}\n`),
  }
}
