/** Why an operation of the ECS model has no action. */
export interface NotImplementedReason {
  /** Whether it will have one. */
  readonly isPlanned: boolean
  /** The rest of a sentence, as `a Homeport cluster has no …`. */
  readonly text: string
}

const EXPRESS = 'Express Mode builds on Fargate and on load balancers of AWS'
const CAPACITY = 'capacity providers start and end machines of AWS, and those of a Homeport cluster are yours'
const AGENT = "only agents use it, and Homeport's agent speaks to its gateway instead"
const GATEWAY = 'gateways are built on VPC Lattice'

/** Operations that cannot exist on machines that people own. */
export const NOT_APPLICABLE: Readonly<Record<string, string>> = {
  AssociateGatewayWithCluster: GATEWAY,
  CreateCapacityProvider: CAPACITY,
  CreateExpressGatewayService: EXPRESS,
  CreateGateway: GATEWAY,
  DeleteCapacityProvider: CAPACITY,
  DeleteExpressGatewayService: EXPRESS,
  DeleteGateway: GATEWAY,
  DescribeExpressGatewayService: EXPRESS,
  DescribeGateway: GATEWAY,
  DescribeGatewayResources: GATEWAY,
  DescribeGatewayRoute: GATEWAY,
  DisassociateGatewayFromCluster: GATEWAY,
  DiscoverPollEndpoint: AGENT,
  ListGatewayClusterAssociations: GATEWAY,
  ListGatewayRoutes: GATEWAY,
  ListGateways: GATEWAY,
  RegisterContainerInstance: AGENT,
  SubmitAttachmentStateChanges: AGENT,
  SubmitContainerStateChange: AGENT,
  SubmitTaskStateChange: AGENT,
  UpdateCapacityProvider: CAPACITY,
  UpdateExpressGatewayService: EXPRESS,
  UpdateGateway: GATEWAY,
}

/** Why `operation`, which has no action, has none. */
export function notImplementedReason(operation: string): NotImplementedReason {
  const text = NOT_APPLICABLE[operation]
  return text === undefined ? { isPlanned: true, text: 'not yet' } : { isPlanned: false, text }
}
