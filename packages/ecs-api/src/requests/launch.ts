/** What RunTask, StartTask and services say about how tasks are launched. */
import { ecsError } from '../errors/ecs-error.ts'
import { firstAskedFor, isAskedFor } from '../names/asked-for.ts'

/** The members of requests that launch tasks; which of them a request has depends on its operation. */
export interface LaunchMembers {
  readonly launchType?: string | undefined
  readonly capacityProviderStrategy?: readonly object[] | undefined
  readonly networkConfiguration?: { readonly awsvpcConfiguration?: object | undefined } | undefined
  readonly platformVersion?: string | undefined
  readonly enableExecuteCommand?: boolean | undefined
  readonly volumeConfigurations?: readonly object[] | undefined
}

/** The launch type of a request that names none, as in ECS. */
export const DEFAULT_LAUNCH_TYPE = 'EC2'

/**
 * Checks how tasks are to be launched.
 * @returns the launch type: `EC2` or `EXTERNAL`, as asked for.
 * @throws {EcsError} about the first member that is wrong or not available.
 */
export function checkLaunch(members: LaunchMembers): string {
  const launchType = checkLaunchType(members)
  if (members.networkConfiguration?.awsvpcConfiguration !== undefined) throw ecsError('networkConfiguration')
  if (isAskedFor(members.platformVersion)) throw ecsError('platformVersion')
  const member = firstAskedFor(members, ['enableExecuteCommand', 'volumeConfigurations'])
  if (member !== undefined) throw ecsError('notSupported', { what: `'${member}'` })
  return launchType
}

function checkLaunchType({ launchType, capacityProviderStrategy = [] }: LaunchMembers): string {
  if (capacityProviderStrategy.length > 0) {
    if (launchType !== undefined) throw ecsError('launchTypeAndStrategy')
    throw ecsError('notSupported', { what: "'capacityProviderStrategy'" })
  }
  if (launchType === undefined) return DEFAULT_LAUNCH_TYPE
  if (launchType !== 'EC2' && launchType !== 'EXTERNAL')
    throw ecsError('launchTypeUnsupported', { launchType })
  return launchType
}

const CLIENT_TOKEN = /^[!-~]{0,64}$/

/** @throws {EcsError} when the token is longer or has other characters than ECS takes. */
export function checkClientToken(clientToken: string | undefined): string {
  const token = clientToken ?? ''
  if (!CLIENT_TOKEN.test(token)) throw ecsError('clientToken')
  return token
}

const STARTED_BY = /^[\p{L}\p{N}_/-]{0,128}$/u
const GROUP_LENGTH_MAX = 255

/**
 * Checks how a task is labelled.
 * @returns `startedBy` and the group, by default that of the family.
 * @throws {EcsError} when one of them is not allowed.
 */
export function checkLabels(
  labels: { readonly startedBy?: string | undefined; readonly group?: string | undefined },
  family: string,
): { startedBy: string; group: string } {
  const { startedBy = '', group = '' } = labels
  if (!STARTED_BY.test(startedBy)) throw ecsError('startedBy')
  if (group.length > GROUP_LENGTH_MAX || group.startsWith('service:')) throw ecsError('taskGroup', { group })
  return { startedBy, group: group === '' ? `family:${family}` : group }
}
