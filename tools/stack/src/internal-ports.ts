/** A port that only Homeport's own processes use. */
export type InternalPort = 'nats' | 'gateway' | 'enrollment' | 'controlPlaneMetrics' | 'agentMetrics'

/** How an internal port is chosen. */
export interface InternalPortRule {
  /** The variable that fixes it. */
  readonly variable: string
  /** Taken at the first start when it is free, so that other hosts and dashboards can know it. */
  readonly preferred: number
}

/** The rules of all internal ports. */
export const INTERNAL_PORTS: Readonly<Record<InternalPort, InternalPortRule>> = {
  nats: { variable: 'HOMEPORT_NATS_PORT', preferred: 4567 },
  gateway: { variable: 'HOMEPORT_GATEWAY_PORT', preferred: 4568 },
  enrollment: { variable: 'HOMEPORT_ENROLLMENT_PORT', preferred: 4569 },
  controlPlaneMetrics: { variable: 'HOMEPORT_METRICS_PORT', preferred: 4570 },
  agentMetrics: { variable: 'HOMEPORT_AGENT_METRICS_PORT', preferred: 4575 },
}
