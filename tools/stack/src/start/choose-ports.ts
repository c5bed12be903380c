import { INTERNAL_PORTS, type InternalPort, type StackConfig } from '../config.ts'
import { StackError } from '../stack-error.ts'
import { findFreePort, isPortFree } from './free-port.ts'

/** A port for each purpose. */
export type InternalPorts = Readonly<Record<InternalPort, number>>

const LOOPBACK = '127.0.0.1'

/**
 * Chooses the ports that only Homeport's own processes use: those that the user fixed, else those of the last
 * start, else the preferred ones; a port that is taken is replaced by a free one unless the user fixed it.
 * @throws {StackError} naming the variable when a fixed port is taken.
 */
export async function choosePorts(
  fixed: StackConfig['fixedPorts'],
  remembered: Readonly<Record<string, number>>,
): Promise<InternalPorts> {
  const choose = async (purpose: InternalPort): Promise<number> => {
    const { variable, preferred } = INTERNAL_PORTS[purpose]
    const fixedPort = fixed[purpose]
    const port = fixedPort ?? remembered[purpose] ?? preferred
    if (await isPortFree(port, LOOPBACK)) return port
    if (fixedPort === undefined) return await findFreePort()
    throw new StackError(`Cannot use ${variable}: the port must be free, received ${port}`)
  }
  return {
    controlPlaneMetrics: await choose('controlPlaneMetrics'),
    gateway: await choose('gateway'),
    enrollment: await choose('enrollment'),
    agentMetrics: await choose('agentMetrics'),
    nats: await choose('nats'),
    natsMonitor: await choose('natsMonitor'),
  }
}
