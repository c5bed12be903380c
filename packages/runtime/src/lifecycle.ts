/** Something that was started and can be stopped. */
export interface Running {
  /** Stops gracefully and resolves when everything that it owns has ended; harmless when repeated. */
  stop(): Promise<void>
}

/**
 * Collects what a process starts, and stops it in the reverse order.
 * A part whose stop throws does not keep the others from being stopped; the first error is thrown at the end.
 */
export class Lifecycle implements Running {
  readonly #parts: Running[] = []
  #stopping: Promise<void> | undefined

  /** Takes over `part` and returns it. */
  own<T extends Running>(part: T): T {
    this.#parts.push(part)
    return part
  }

  /** Takes over a bare clean-up step. */
  defer(stop: () => Promise<void> | void): void {
    this.#parts.push({ stop: async () => stop() })
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll()
    return this.#stopping
  }

  async #stopAll(): Promise<void> {
    const errors: unknown[] = []
    for (const part of this.#parts.reverse()) {
      try {
        await part.stop()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw errors[0]
  }
}

/** The exit status of a process that ended because something was broken. */
const EXIT_FAILURE = 1

/** A shut-down that takes longer than this is ended by force, so that an upgrade never hangs. */
const FORCED_EXIT_AFTER_MS = 20_000

/** What `runProcess` needs to know of the process it runs. */
export interface ProcessOptions {
  /** Starts everything; what it returns is stopped at SIGTERM and SIGINT. */
  readonly start: () => Promise<Running>
  /** Told why the process ends; called before it does. */
  readonly onFailure: (error: unknown) => void
}

/**
 * The body of every `main.ts`: starts, waits for SIGTERM or SIGINT, stops, and exits with 0; exits with 1
 * when starting fails or anything is thrown that nobody handled.
 */
export async function runProcess(options: ProcessOptions): Promise<void> {
  const fail = (error: unknown): void => {
    options.onFailure(error)
    process.exit(EXIT_FAILURE)
  }
  process.on('uncaughtException', fail)
  process.on('unhandledRejection', fail)
  let running: Running
  try {
    running = await options.start()
  } catch (error) {
    fail(error)
    return
  }
  let isStopping = false
  // Asked again, as by a `kill` of the whole process group and by the supervisor, it goes on stopping.
  const stop = (): void => {
    if (isStopping) return
    isStopping = true
    setTimeout(() => process.exit(EXIT_FAILURE), FORCED_EXIT_AFTER_MS).unref()
    running.stop().then(() => process.exit(0), fail)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}
