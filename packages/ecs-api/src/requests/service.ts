import type {
  CreateServiceCommandInput,
  DeploymentConfiguration,
  UpdateServiceCommandInput,
} from '@aws-sdk/client-ecs'
import { ecsError } from '../errors/ecs-error.ts'
import { firstAskedFor, isAskedFor } from '../names/asked-for.ts'
import { isResourceName } from '../names/resource-names.ts'
import { isInRange } from '../task-definition/check-number.ts'

/** ECS's quota of tasks of one service. */
export const DESIRED_COUNT_MAX = 5000

/** Members of CreateService and UpdateService that ask for what is not there yet. */
const UNAVAILABLE_MEMBERS = [
  'gatewayConnectors',
  'loadBalancers',
  'monitoring',
  'serviceRegistries',
  'vpcLatticeConfigurations',
] as const

const refuse = (what: string): never => {
  throw ecsError('notSupported', { what })
}

/**
 * Refuses what services cannot do yet.
 * @throws {EcsError} naming the first such member.
 */
export function refuseUnavailableService(input: CreateServiceCommandInput | UpdateServiceCommandInput): void {
  const member = firstAskedFor(input, UNAVAILABLE_MEMBERS)
  if (member !== undefined) refuse(`'${member}'`)
  if (input.serviceConnectConfiguration?.enabled === true) refuse("'serviceConnectConfiguration'")
  if (input.availabilityZoneRebalancing === 'ENABLED') refuse("'availabilityZoneRebalancing' ENABLED")
  if ((input.healthCheckGracePeriodSeconds ?? 0) > 0) throw ecsError('gracePeriod')
  const controller = input.deploymentController?.type ?? 'ECS'
  if (controller !== 'ECS') refuse(`the deployment controller ${controller}`)
}

/**
 * Refuses what new services cannot be yet.
 * @throws {EcsError} naming the first such member.
 */
export function refuseUnavailableCreation(input: CreateServiceCommandInput): void {
  refuseUnavailableService(input)
  if (isAskedFor(input.role)) refuse("'role'")
}

/** How many of a service's tasks run while a deployment rolls; ECS's defaults for replica services. */
export const DEFAULT_PERCENTS: DeploymentPercents = { minimumHealthyPercent: 100, maximumPercent: 200 }

/** The same for daemon services; the maximum cannot be another one. */
export const DAEMON_PERCENTS: DeploymentPercents = { minimumHealthyPercent: 0, maximumPercent: 100 }

/**
 * Refuses what a daemon service cannot have: the instances decide how many tasks there are and where.
 * @throws {EcsError} naming it.
 */
export function refuseDaemonMembers(input: CreateServiceCommandInput | UpdateServiceCommandInput): void {
  if (input.desiredCount !== undefined) throw ecsError('daemonDesiredCount')
  if (isAskedFor(input.placementStrategy)) throw ecsError('daemonPlacement')
  if ((input.deploymentConfiguration?.maximumPercent ?? 0) > DAEMON_PERCENTS.maximumPercent)
    throw ecsError('daemonMaximumPercent')
}

/** Percent of the desired count. */
export interface DeploymentPercents {
  /** 0 to 100. */
  readonly minimumHealthyPercent: number
  /** 100 to 2,000,000, as in ECS. */
  readonly maximumPercent: number
}

const MAXIMUM_PERCENT_MAX = 2_000_000

/**
 * Checks a deployment configuration.
 * @param current what holds where the request says nothing.
 * @throws {EcsError} when a percentage is out of range, both together leave no room to roll, or a strategy, hook or
 * alarm is asked for.
 */
export function checkDeploymentConfiguration(
  configuration: DeploymentConfiguration | undefined,
  current: DeploymentPercents,
): DeploymentPercents {
  if (configuration === undefined) return current
  refuseStrategies(configuration)
  const percents = {
    minimumHealthyPercent: configuration.minimumHealthyPercent ?? current.minimumHealthyPercent,
    maximumPercent: configuration.maximumPercent ?? current.maximumPercent,
  }
  checkPercents(percents)
  return percents
}

function checkPercents({ minimumHealthyPercent, maximumPercent }: DeploymentPercents): void {
  if (!isInRange(minimumHealthyPercent, { minimum: 0, maximum: 100 })) {
    throw ecsError('deploymentPercents', { problem: 'minimumHealthyPercent must be between 0 and 100' })
  }
  if (!isInRange(maximumPercent, { minimum: 100, maximum: MAXIMUM_PERCENT_MAX })) {
    throw ecsError('deploymentPercents', { problem: 'maximumPercent must be at least 100' })
  }
  if (minimumHealthyPercent === 100 && maximumPercent === 100) {
    throw ecsError('deploymentPercents', {
      problem: 'minimumHealthyPercent and maximumPercent cannot both be 100',
    })
  }
}

const UNAVAILABLE_DEPLOYMENT_MEMBERS = [
  'lifecycleHooks',
  'linearConfiguration',
  'canaryConfiguration',
  'earlySuccessCriteria',
] as const

function refuseStrategies(configuration: DeploymentConfiguration): void {
  if (configuration.alarms?.enable === true) refuse('deployment alarms')
  if (configuration.strategy !== undefined && configuration.strategy !== 'ROLLING') {
    refuse(`the deployment strategy ${configuration.strategy}`)
  }
  if ((configuration.bakeTimeInMinutes ?? 0) > 0) refuse("'deploymentConfiguration.bakeTimeInMinutes'")
  const member = firstAskedFor(configuration, UNAVAILABLE_DEPLOYMENT_MEMBERS)
  if (member !== undefined) refuse(`'deploymentConfiguration.${member}'`)
}

/** Whether deployments whose tasks keep failing are given up, and rolled back. */
export interface CircuitBreaker {
  readonly circuitBreakerEnabled: boolean
  readonly circuitBreakerRollback: boolean
}

/** What holds when a new service does not ask for one. */
export const NO_CIRCUIT_BREAKER: CircuitBreaker = {
  circuitBreakerEnabled: false,
  circuitBreakerRollback: false,
}

/**
 * The circuit breaker of a deployment configuration.
 * @param current what holds where the request says nothing.
 * @throws {EcsError} when it is to count or trip in another way than ECS's default.
 */
export function checkCircuitBreaker(
  configuration: DeploymentConfiguration | undefined,
  current: CircuitBreaker,
): CircuitBreaker {
  const asked = configuration?.deploymentCircuitBreaker
  if (asked === undefined) {
    const { circuitBreakerEnabled, circuitBreakerRollback } = current
    return { circuitBreakerEnabled, circuitBreakerRollback }
  }
  if (asked.resetOnHealthyTask === false)
    refuse("'deploymentConfiguration.deploymentCircuitBreaker.resetOnHealthyTask' false")
  if (isAskedFor(asked.thresholdConfiguration))
    refuse("'deploymentConfiguration.deploymentCircuitBreaker.thresholdConfiguration'")
  return {
    circuitBreakerEnabled: asked.enable ?? false,
    circuitBreakerRollback: asked.rollback ?? false,
  }
}

/** @throws {EcsError} when no service can have that many tasks. */
export function checkDesiredCount(desiredCount: number | undefined): number {
  if (desiredCount === undefined) throw ecsError('memberBlank', { member: 'Desired count' })
  if (!isInRange(desiredCount, { minimum: 0, maximum: DESIRED_COUNT_MAX })) {
    throw ecsError('desiredCount', { maximum: DESIRED_COUNT_MAX })
  }
  return desiredCount
}

/** @throws {EcsError} when no service can be called so. */
export function checkServiceName(name: string | undefined): string {
  if (name === undefined || name === '') throw ecsError('memberBlank', { member: 'Service name' })
  if (!isResourceName(name)) throw ecsError('serviceName', { name })
  return name
}
