/** Wires the scheduler: state's view in, loops and the placement service out. */
import { Server, ServerCredentials, status } from '@grpc/grpc-js'
import { Lifecycle, prepareSocketAddress, type Running, type ServicePorts } from '@homeport/runtime'
import { CommitError, connectState } from '@homeport/store'
import { CallError, serviceDefinition, serviceImplementation } from '@homeport/wire'
import { type RunTasksRequest, SchedulerService } from '@homeport/wire/scheduler'
import { Fence } from './fence.ts'
import { OrphanLoop } from './loops/orphan-loop.ts'
import { Reaper } from './loops/reaper.ts'
import { ServiceLoop } from './loops/service-loop.ts'
import { createSchedulerMetrics } from './metrics.ts'
import type { SchedulerOptions, SchedulerServer } from './options.ts'
import { runTasks } from './placement/run-tasks.ts'
import type { SchedulerPorts, StateAccess } from './ports.ts'
import { SchedulerView } from './view/scheduler-view.ts'

export type { StateAccess } from './ports.ts'

/** Calls that have not ended after this are cut off when the server stops. */
const STOP_GRACE_MS = 2000

/**
 * Starts a scheduler, which takes over from any other; resolves when it holds the lease and listens.
 * @throws {CommitError} when the lease could not be written.
 * @throws {SocketAddressError} or {Error} when the address cannot be listened on.
 */
export async function startScheduler(
  options: SchedulerOptions,
  ports: ServicePorts,
): Promise<SchedulerServer> {
  const lifecycle = new Lifecycle()
  try {
    const state = lifecycle.own(await connectState(options.stateAddress, ports))
    await state.ready()
    const scheduler = lifecycle.own(await startSchedulerOn(state, options, ports))
    return {
      address: scheduler.address,
      unhealthyReason: () => scheduler.unhealthyReason(),
      stop: () => lifecycle.stop(),
    }
  } catch (error) {
    await lifecycle.stop()
    throw error
  }
}

/** `startScheduler` over a state whose view has arrived; it is not stopped with the scheduler. */
export async function startSchedulerOn(
  state: StateAccess,
  options: Omit<SchedulerOptions, 'stateAddress'>,
  ports: ServicePorts,
): Promise<SchedulerServer> {
  const metrics = createSchedulerMetrics(ports.registry)
  const lifecycle = new Lifecycle()
  try {
    const fence = await Fence.take({ ...ports, state })
    lifecycle.defer(() => fence.release())
    const view = new SchedulerView(state.reader)
    lifecycle.defer(() => view.release())
    const stop = new AbortController()
    const stopping = AbortSignal.any([stop.signal, fence.lost])
    const schedulerPorts: SchedulerPorts = {
      ...ports,
      state,
      fence,
      view,
      metrics,
      startedAtMs: ports.clock.now(),
      stopping,
    }
    const address = await startServer(schedulerPorts, options, lifecycle)
    startLoops(schedulerPorts, options, lifecycle)
    ports.logger.info({ address }, 'scheduler started')
    return {
      address,
      unhealthyReason: () => (fence.lost.aborted ? 'another scheduler took over' : state.unhealthyReason()),
      stop: () => {
        stop.abort()
        return lifecycle.stop()
      },
    }
  } catch (error) {
    await lifecycle.stop()
    throw error
  }
}

function startLoops(
  ports: SchedulerPorts,
  options: Pick<SchedulerOptions, 'taskRetentionMs'>,
  lifecycle: Lifecycle,
): void {
  const services = new ServiceLoop(ports)
  const orphans = new OrphanLoop(ports)
  const reaper = new Reaper(ports, options)
  const loops: readonly Running[] = [services, orphans, reaper]
  for (const loop of loops) lifecycle.own(loop)
  ports.metrics.active.set(1)
  ports.fence.lost.addEventListener('abort', () => {
    ports.metrics.active.set(0)
    for (const loop of loops) {
      loop.stop().catch((error: unknown) => ports.logger.error({ err: error }, 'loop did not stop'))
    }
  })
  const markAll = (): void => {
    services.markAll()
    orphans.markAll()
  }
  ports.view.listen({
    serviceChanged: (key) => services.mark(key),
    instanceChanged: (key) => orphans.mark(key),
    capacityChanged: (cluster) => services.markUnplaced(cluster),
    hostsChanged: (cluster) => services.markCluster(cluster),
    reset: markAll,
  })
  markAll()
}

async function startServer(
  ports: SchedulerPorts,
  { listenAddress }: Pick<SchedulerOptions, 'listenAddress'>,
  lifecycle: Lifecycle,
): Promise<string> {
  await prepareSocketAddress(listenAddress)
  const server = new Server()
  server.addService(
    serviceDefinition(SchedulerService),
    serviceImplementation(SchedulerService, {
      runTasks: (request) => answer(ports, request),
    }),
  )
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(listenAddress, ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound)
      else reject(new Error(`Cannot listen on ${listenAddress}: ${error.message}`, { cause: error }))
    })
  })
  lifecycle.own({ stop: () => stopServer(server, ports) })
  return listenAddress.replace(/:0$/, `:${port}`)
}

/** What another try may cure is UNAVAILABLE: state is away, or another scheduler has taken over. */
async function answer(ports: SchedulerPorts, request: RunTasksRequest): ReturnType<typeof runTasks> {
  try {
    return await runTasks(ports, request)
  } catch (error) {
    if (ports.stopping.aborted) {
      throw new CallError(
        status.UNAVAILABLE,
        'Cannot place tasks: this scheduler has stopped or was taken over from',
        { cause: error },
      )
    }
    if (error instanceof CommitError && error.retryable) {
      throw new CallError(status.UNAVAILABLE, error.message, { cause: error })
    }
    throw error
  }
}

function stopServer(server: Server, { clock }: SchedulerPorts): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.after(STOP_GRACE_MS, () => server.forceShutdown())
    server.tryShutdown(() => {
      timer.cancel()
      resolve()
    })
  })
}
