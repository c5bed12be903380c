/** Wires the api: state's view and the scheduler in, AWS protocols out. */
import {
  type AwsServer,
  bindService,
  commonValidation,
  createAwsServer,
  loadService,
} from '@homeport/aws-wire'
import { Lifecycle, type Service, type ServicePorts } from '@homeport/runtime'
import { connectState, type StateReader, type StateWriter } from '@homeport/store'
import { getCallerIdentity } from './actions/get-caller-identity.ts'
import { TaskCounts } from './counts/task-counts.ts'
import { bindActions, notImplemented } from './edge/bind-actions.ts'
import { ecsRequestValidation } from './edge/ecs-request-validation.ts'
import { type ApiMetrics, createApiMetrics } from './edge/metrics.ts'
import { type RootCredentials, rootCredentialLookup } from './edge/root-credentials.ts'
import { createPageTokens } from './paging/page-tokens.ts'
import { createSchedulerClient } from './scheduler/scheduler-client.ts'
import { TaskLists } from './task-lists/task-lists.ts'
import { TaskTexts } from './view/task-texts.ts'

/** Where an api finds the others, and whom it serves. */
export interface ApiOptions {
  /** Address of state: `unix:/path` or `host:port`. */
  readonly stateAddress: string
  /** Address of the scheduler: `unix:/path` or `host:port`. */
  readonly schedulerAddress: string
  /** Twelve digits: the account that the root credentials belong to. */
  readonly accountId: string
  /** Address to listen on. */
  readonly host: string
  /** 0 to 65,535; 0 lets the system choose. */
  readonly port: number
  readonly rootCredentials: RootCredentials
}

/** A started api. */
export interface ApiServer extends Service {
  /** The port that it listens on. */
  readonly port: number
  /** What clients use as endpoint, as `http://127.0.0.1:4566`. */
  readonly url: string
}

/** Durable state, however it is reached. */
export interface StateAccess {
  readonly reader: StateReader
  readonly writer: StateWriter
  /** Why reads may be old and commits wait; `undefined`: all is well. */
  unhealthyReason(): string | undefined
}

/** Open requests get this long to be answered when the process ends. */
const CLOSE_TIMEOUT_MS = 10_000

/** Region of requests that carry no signature; no operation that is served here is one. */
const REGION_OF_UNSIGNED = 'us-east-1'

/**
 * Starts an api; resolves when the first view of state has arrived and requests are served.
 * @throws {Error} when the port cannot be listened on.
 */
export async function startApi(options: ApiOptions, ports: ServicePorts): Promise<ApiServer> {
  const lifecycle = new Lifecycle()
  try {
    const state = lifecycle.own(await connectState(options.stateAddress, ports))
    await state.ready()
    const server = lifecycle.own(await startApiOn(state, options, ports))
    return {
      port: server.port,
      url: server.url,
      unhealthyReason: () => server.unhealthyReason(),
      stop: () => lifecycle.stop(),
    }
  } catch (error) {
    await lifecycle.stop()
    throw error
  }
}

/** `startApi` over a state whose view has arrived; it is not stopped with the api. */
export async function startApiOn(
  state: StateAccess,
  options: Omit<ApiOptions, 'stateAddress'>,
  ports: ServicePorts,
): Promise<ApiServer> {
  const lifecycle = new Lifecycle()
  const counts = new TaskCounts()
  lifecycle.defer(counts.follow(state.reader))
  const taskLists = new TaskLists()
  lifecycle.defer(taskLists.follow(state.reader))
  const metrics = createApiMetrics(ports.registry)
  const scheduler = lifecycle.own(createSchedulerClient(options.schedulerAddress, ports.clock))
  const actions = bindActions(
    {
      state,
      scheduler,
      counts,
      taskLists,
      taskTexts: new TaskTexts(),
      pageTokens: createPageTokens(options.rootCredentials.secretAccessKey, ports.ids),
      clock: ports.clock,
      ids: ports.ids,
    },
    metrics,
  )
  const server = await createServer(actions, { options, ports, metrics })
  const { port, url } = await server.listen({ host: options.host, port: options.port })
  lifecycle.defer(() => close(server, ports))
  ports.logger.info({ url, accountId: options.accountId }, 'api started')
  return {
    port,
    url,
    unhealthyReason: () => state.unhealthyReason(),
    stop: () => lifecycle.stop(),
  }
}

interface Surroundings {
  readonly options: Omit<ApiOptions, 'stateAddress'>
  readonly ports: ServicePorts
  readonly metrics: ApiMetrics
}

async function createServer(
  actions: ReturnType<typeof bindActions>,
  { options, ports, metrics }: Surroundings,
): Promise<AwsServer> {
  const { clock, ids, logger } = ports
  const [ecs, sts] = await Promise.all([loadService('ecs'), loadService('sts')])
  return createAwsServer({
    services: [
      bindService(ecs, actions, { validation: ecsRequestValidation }),
      bindService(sts, { GetCallerIdentity: getCallerIdentity }, { validation: commonValidation() }),
    ],
    credentials: rootCredentialLookup(options.accountId, options.rootCredentials),
    clock,
    newRequestId: () => ids.uuid(),
    defaultRegion: REGION_OF_UNSIGNED,
    unimplemented: (service, operation) =>
      notImplemented(service.name === 'ecs' ? operation : `${service.name}:${operation}`),
    hooks: {
      onRequest: (record) => {
        metrics.record(record)
        logger.info(record, 'request answered')
      },
      onInternalError: (error, requestId) => logger.error({ err: error, requestId }, 'request failed'),
    },
  })
}

async function close(server: AwsServer, { clock }: ServicePorts): Promise<void> {
  const tooLong = new AbortController()
  const timer = clock.after(CLOSE_TIMEOUT_MS, () => tooLong.abort(), { background: true })
  await server.close(tooLong.signal)
  timer.cancel()
}
