/** A task as the control plane hands it to this host. Immutable but for `desiredStatus`, which only becomes STOPPED. */
export interface TaskAssignment {
  /** 32 hexadecimal digits. */
  readonly taskId: string
  readonly taskArn: string
  readonly clusterArn: string
  readonly desiredStatus: 'RUNNING' | 'STOPPED'
  /** Why `desiredStatus` is STOPPED; empty while RUNNING. */
  readonly stoppedReason: string
  readonly family: string
  readonly revision: number
  /** ECS JSON. */
  readonly taskDefinition: string
  /** ECS JSON; empty: none. */
  readonly overrides: string
}
