/** What every process of the control plane does around its service: ports, metrics, health, logs, an orderly end. */
import type { Registry } from 'prom-client'
import { type Clock, systemClock } from './clock.ts'
import { type Environment, EnvironmentError } from './environment.ts'
import { Lifecycle, type Running, runProcess } from './lifecycle.ts'
import { createLogger, type Logger } from './logger.ts'
import { createMetricsRegistry, startMetricsServer } from './metrics-server.ts'
import { type Ids, type Random, systemIds, systemRandom } from './random.ts'

/** What every service gets of the outside world besides its own adapters. */
export interface ServicePorts {
  readonly clock: Clock
  readonly random: Random
  readonly ids: Ids
  readonly logger: Logger
  readonly registry: Registry
}

/** A started service. */
export interface Service extends Running {
  /** Why it cannot do its work now; `undefined`: it can. */
  unhealthyReason(): string | undefined
}

const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const

/** Settings that every process has. */
export interface ProcessSettings {
  /** Folder for everything that must survive a restart, HOMEPORT_DATA_DIR; default /var/lib/homeport. */
  readonly dataDirectory: string
  /** HOMEPORT_LOG_LEVEL; default info. */
  readonly logLevel: (typeof LOG_LEVELS)[number]
  /** Where metrics and health are served, HOMEPORT_METRICS_HOST; default 127.0.0.1. */
  readonly metricsHost: string
  /** HOMEPORT_METRICS_PORT; each process has its own default. 0 lets the system choose. */
  readonly metricsPort: number
}

/** Reads the settings that every process has. */
export const readProcessSettings = (
  environment: Environment,
  defaultMetricsPort: number,
): ProcessSettings => ({
  dataDirectory: environment.string('HOMEPORT_DATA_DIR', '/var/lib/homeport'),
  logLevel: environment.choice('HOMEPORT_LOG_LEVEL', LOG_LEVELS, 'info'),
  metricsHost: environment.string('HOMEPORT_METRICS_HOST', '127.0.0.1'),
  metricsPort: environment.port('HOMEPORT_METRICS_PORT', defaultMetricsPort),
})

/** The machine's own clock, randomness and ids, with a logger and a metrics registry of this process. */
export const createServicePorts = (processName: string, logLevel: string): ServicePorts => ({
  clock: systemClock,
  random: systemRandom,
  ids: systemIds,
  logger: createLogger({ name: processName, level: logLevel }),
  registry: createMetricsRegistry(processName),
})

/** A process around one service. */
export interface ServiceProcessOptions<Settings extends ProcessSettings> {
  /** As `api`; names the process in logs and metrics. */
  readonly name: string
  /** @throws {EnvironmentError} */
  readonly readSettings: () => Settings
  readonly start: (settings: Settings, ports: ServicePorts) => Promise<Service>
}

/** Runs a service until SIGTERM or SIGINT: the body of its `main.ts`. */
export function runServiceProcess<Settings extends ProcessSettings>(
  options: ServiceProcessOptions<Settings>,
): Promise<void> {
  let logger = createLogger({ name: options.name })
  return runProcess({
    start: async () => {
      const settings = options.readSettings()
      const ports = createServicePorts(options.name, settings.logLevel)
      logger = ports.logger
      return startServiceProcess(options, settings, ports)
    },
    onFailure: (error) => {
      // Whoever set a variable wrongly needs its name, not our stack.
      if (error instanceof EnvironmentError)
        logger.error({ problems: error.problems }, 'settings cannot be used')
      else logger.error({ err: error }, 'process ends because of an error')
    },
  })
}

/** Metrics and health are up before the service is, so that a slow start can be watched. */
async function startServiceProcess<Settings extends ProcessSettings>(
  options: ServiceProcessOptions<Settings>,
  settings: Settings,
  ports: ServicePorts,
): Promise<Running> {
  const lifecycle = new Lifecycle()
  let service: Service | undefined
  try {
    const metrics = lifecycle.own(
      await startMetricsServer({
        registry: ports.registry,
        host: settings.metricsHost,
        port: settings.metricsPort,
        unhealthyReason: () => (service === undefined ? 'starting' : service.unhealthyReason()),
      }),
    )
    service = lifecycle.own(await options.start(settings, ports))
    ports.logger.info({ metricsPort: metrics.port }, 'process started')
    return lifecycle
  } catch (error) {
    await lifecycle.stop()
    throw error
  }
}
