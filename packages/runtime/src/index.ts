export { Counter, Gauge, Histogram, Registry } from 'prom-client'
export { type BackoffOptions, backoffDelayMs } from './backoff.ts'
export { type Clock, delay, systemClock, type Timer, type TimerOptions } from './clock.ts'
export {
  Environment,
  EnvironmentError,
  type EnvironmentVariables,
  type IntegerRange,
  readEnvironment,
  type TextRule,
} from './environment.ts'
export { type KeyedLoop, type KeyedLoopOptions, startKeyedLoop, type WorkResult } from './keyed-loop.ts'
export { Lifecycle, type ProcessOptions, type Running, runProcess } from './lifecycle.ts'
export { createLogger, type Logger, type LoggerOptions, silentLogger } from './logger.ts'
export {
  createMetricsRegistry,
  type MetricsServer,
  type MetricsServerOptions,
  startMetricsServer,
} from './metrics-server.ts'
export { type Ids, type Random, seededIds, seededRandom, systemIds, systemRandom } from './random.ts'
export {
  createServicePorts,
  type ProcessSettings,
  readProcessSettings,
  runServiceProcess,
  type Service,
  type ServicePorts,
  type ServiceProcessOptions,
} from './service-process.ts'
export { prepareSocketAddress, SocketAddressError, socketAddress } from './unix-socket.ts'
