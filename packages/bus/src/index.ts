export { BusError } from './bus-error.ts'
export { type Bus, type BusOptions, connectBus } from './connect-bus.ts'
export type {
  AppendOutcome,
  BusPorts,
  LogBounds,
  LogEntry,
  LogStream,
  LogStreamOptions,
} from './log-port.ts'
export { readSyncInterval, SYNC_INTERVAL_UNKNOWN } from './sync-interval.ts'
