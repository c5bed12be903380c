import { INTERNAL_PORT_VARIABLES, type InternalPort, type StackConfig } from '../config.ts'
import { StackError } from '../stack-error.ts'
import { findFreePort, isPortFree } from './free-port.ts'

/** A port for each purpose. */
export type InternalPorts = Readonly<Record<InternalPort, number>>

const LOOPBACK = '127.0.0.1'

/**
 * Chooses the ports that only Homeport's own processes use: those that the user fixed, else those of the last
 * start while they are free, else free ones.
 * @throws {StackError} naming the variable when a fixed port is taken.
 */
export async function choosePorts(
  fixed: StackConfig['fixedPorts'],
  remembered: Readonly<Record<string, number>>,
): Promise<InternalPorts> {
  const choose = async (purpose: InternalPort): Promise<number> => {
    const fixedPort = fixed[purpose]
    if (fixedPort !== undefined) {
      if (await isPortFree(fixedPort, LOOPBACK)) return fixedPort
      throw new StackError(
        `Cannot use ${INTERNAL_PORT_VARIABLES[purpose]}: the port must be free, received ${fixedPort}`,
      )
    }
    const last = remembered[purpose]
    return last !== undefined && (await isPortFree(last, LOOPBACK)) ? last : await findFreePort()
  }
  return {
    nats: await choose('nats'),
    gateway: await choose('gateway'),
    controlPlaneMetrics: await choose('controlPlaneMetrics'),
    agentMetrics: await choose('agentMetrics'),
  }
}
