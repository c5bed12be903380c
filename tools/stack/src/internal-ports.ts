/** A port that only Homeport's own processes use. */
export type InternalPort =
  | 'controlPlaneMetrics'
  | 'gateway'
  | 'enrollment'
  | 'agentMetrics'
  | 'nats'
  | 'natsMonitor'

/** How an internal port is chosen. */
export interface InternalPortRule {
  /** The variable that fixes it. */
  readonly variable: string
  /** Taken at the first start when it is free, so that other hosts and dashboards can know it. */
  readonly preferred: number
}

/** The rules of all internal ports. */
export const INTERNAL_PORTS: Readonly<Record<InternalPort, InternalPortRule>> = {
  controlPlaneMetrics: { variable: 'HOMEPORT_METRICS_PORT', preferred: 4567 },
  gateway: { variable: 'HOMEPORT_GATEWAY_PORT', preferred: 4568 },
  enrollment: { variable: 'HOMEPORT_ENROLLMENT_PORT', preferred: 4569 },
  agentMetrics: { variable: 'HOMEPORT_AGENT_METRICS_PORT', preferred: 4570 },
  nats: { variable: 'HOMEPORT_NATS_PORT', preferred: 4575 },
  natsMonitor: { variable: 'HOMEPORT_NATS_MONITOR_PORT', preferred: 4576 },
}
