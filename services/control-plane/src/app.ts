/**
 * The control plane in one process, for one machine.
 *
 * The services are the ones that run apart elsewhere and talk as they do there, over sockets in the data folder:
 * nothing is implemented twice, and what works here is what works distributed.
 */
import { startApi } from '@homeport/api'
import { startGateway } from '@homeport/gateway'
import { Lifecycle, type Service, type ServicePorts } from '@homeport/runtime'
import { startScheduler } from '@homeport/scheduler'
import { startState } from '@homeport/state'
import type { ControlPlaneSettings } from './config.ts'

/** A serving control plane. */
export interface ControlPlane extends Service {
  /** Where the AWS API is served. */
  readonly apiPort: number
  /** Where agents open their sessions. */
  readonly sessionPort: number
  /** Where hosts enrol. */
  readonly enrollmentPort: number
}

/**
 * Starts state, scheduler, gateway and api, each when the one before it serves. Stopping goes the other way, so
 * that no service loses one that it needs while it finishes its work.
 * @throws what the first service that could not start threw; those before it are stopped.
 */
export async function startControlPlane(
  settings: Pick<ControlPlaneSettings, 'state' | 'scheduler' | 'gateway' | 'api'>,
  ports: ServicePorts,
): Promise<ControlPlane> {
  const lifecycle = new Lifecycle()
  const portsOf = (component: string): ServicePorts => ({
    ...ports,
    logger: ports.logger.child({ component }),
  })
  try {
    const state = lifecycle.own(await startState(settings.state, portsOf('state')))
    const stateAddress = state.address
    const scheduler = lifecycle.own(
      await startScheduler({ ...settings.scheduler, stateAddress }, portsOf('scheduler')),
    )
    const gateway = lifecycle.own(
      await startGateway({ ...settings.gateway, stateAddress }, portsOf('gateway')),
    )
    const api = lifecycle.own(
      await startApi({ ...settings.api, stateAddress, schedulerAddress: scheduler.address }, portsOf('api')),
    )
    return {
      apiPort: api.port,
      sessionPort: gateway.sessionPort,
      enrollmentPort: gateway.enrollmentPort,
      unhealthyReason: () => joinReasons({ state, scheduler, gateway, api }),
      stop: () => lifecycle.stop(),
    }
  } catch (error) {
    await lifecycle.stop()
    throw error
  }
}

/** What is wrong with each service, or `undefined` when nothing is. */
function joinReasons(
  services: Readonly<Record<string, Pick<Service, 'unhealthyReason'>>>,
): string | undefined {
  const reasons = Object.entries(services).flatMap(([name, service]) => {
    const reason = service.unhealthyReason()
    return reason === undefined ? [] : [`${name}: ${reason}`]
  })
  return reasons.length === 0 ? undefined : reasons.join('; ')
}
