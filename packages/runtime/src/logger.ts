import { type DestinationStream, pino } from 'pino'

/** Structured logging: fields first, then one sentence. */
export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
  /** A logger that adds `fields` to every line. */
  child(fields: object): Logger
}

/** What a process tells its logger at start. */
export interface LoggerOptions {
  /** The process, as `api` or `agent`. */
  readonly name: string
  /** `debug`, `info`, `warn`, `error` or `silent`; default `info`. */
  readonly level?: string
  /** Where lines go; default standard output. */
  readonly destination?: DestinationStream
}

/** A logger that writes one JSON object a line, errors under `err` with stack and cause. */
export function createLogger(options: LoggerOptions): Logger {
  const settings = {
    name: options.name,
    level: options.level ?? 'info',
    formatters: { level: (label: string) => ({ level: label }) },
    timestamp: pino.stdTimeFunctions.isoTime,
  }
  return options.destination === undefined ? pino(settings) : pino(settings, options.destination)
}

/** Discards every line. */
export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLogger,
}
