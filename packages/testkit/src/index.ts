export { createFakeClock, FAKE_CLOCK_START_MS, type FakeClock, flushMicrotasks } from './fake-clock.ts'
export { createMemoryState, type MemoryState } from './memory-state.ts'
export { type NatsServer, type NatsServerOptions, startNats } from './start-nats.ts'
