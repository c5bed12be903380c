import type { ContainerOverride, PlacementConstraint, PlacementStrategy } from '@aws-sdk/client-ecs'
import { describe, expect, it } from 'vitest'
import { registerTaskDefinition } from '../task-definition/register.ts'
import { checkCreateCluster } from './cluster.ts'
import { checkClientToken, checkLabels, checkLaunch } from './launch.ts'
import { checkOverrides } from './overrides.ts'
import { checkPlacement } from './placement.ts'
import { checkDeploymentConfiguration, checkDesiredCount, DEFAULT_PERCENTS } from './service.ts'

const document = registerTaskDefinition({
  family: 'web',
  containerDefinitions: [{ name: 'web', image: 'x', memory: 64 }],
})

describe('checkPlacement', () => {
  it('gives constraints and strategies as rows hold them', () => {
    expect(checkPlacement([{ type: 'distinctInstance' }], [{ type: 'random' }])).toEqual({
      constraints: [{ type: 'distinctInstance', expression: '' }],
      strategies: [{ type: 'random', field: '' }],
    })
    expect(checkPlacement(undefined, undefined)).toEqual({ constraints: [], strategies: [] })
  })

  const distinct: PlacementConstraint = { type: 'distinctInstance' }
  const spread: PlacementStrategy = { type: 'spread', field: 'instanceId' }
  it.each<[PlacementConstraint[], PlacementStrategy[], string]>([
    [
      Array.from({ length: 11 }, () => distinct),
      [],
      'placementConstraints cannot have more than 10 elements.',
    ],
    [[], Array.from({ length: 6 }, () => spread), 'placementStrategy cannot have more than 5 elements.'],
    [[{ ...distinct, expression: 'x' }], [], 'distinctInstance takes no expression'],
    [[{ type: 'memberOf' }], [], 'memberOf needs an expression'],
    [[{ type: 'memberOf', expression: 'attribute' }], [], "Invalid expression 'attribute'"],
    [[], [{ type: 'binpack', field: 'disk' }], "type 'binpack' with field 'disk'"],
  ])('refuses %j and %j', (constraints, strategies, words) => {
    expect(() => checkPlacement(constraints, strategies)).toThrow(words)
  })
})

describe('checkOverrides', () => {
  it('gives what is overridden, and nothing when nothing is', () => {
    const overrides = { containerOverrides: [{ name: 'web', command: ['true'] }] }
    expect(checkOverrides(overrides, document)).toBe(overrides)
    expect(checkOverrides({ containerOverrides: [] }, document)).toBeUndefined()
    expect(checkOverrides(undefined, document)).toBeUndefined()
  })

  it.each<[ContainerOverride, string]>([
    [{ command: ['x'] }, 'Container Override name can not be blank.'],
    [{ name: 'web', memory: 5 }, "Invalid 'memory' override for container 'web'."],
    [{ name: 'web', cpu: -1 }, "Invalid 'cpu' override for container 'web'."],
    [{ name: 'web', environment: [{ name: 'A=B' }] }, "Invalid 'environment' override for container 'web'."],
    [{ name: 'web', command: ['x'.repeat(8192)] }, 'Container Overrides length must be at most 8192'],
    [{ name: 'web', environmentFiles: [{ type: 's3', value: 'x' }] }, 'environmentFiles'],
  ])('refuses %j', (override, words) => {
    expect(() => checkOverrides({ containerOverrides: [override] }, document)).toThrow(words)
  })

  it('refuses sizes of the task that are none, and a role', () => {
    expect(() => checkOverrides({ cpu: 'x' }, document)).toThrow("Invalid 'cpu' override for task.")
    expect(() => checkOverrides({ memory: '1' }, document)).toThrow("Invalid 'memory' override for task.")
    expect(() => checkOverrides({ taskRoleArn: 'r' }, document)).toThrow("'overrides.taskRoleArn'")
  })
})

describe('launches', () => {
  it('checkLaunch gives the launch type that is asked for, by default EC2', () => {
    expect([checkLaunch({}), checkLaunch({ launchType: 'EXTERNAL' })]).toEqual(['EC2', 'EXTERNAL'])
  })

  it.each([
    [{ launchType: 'FARGATE' }, 'Task definition does not support launch_type FARGATE.'],
    [{ platformVersion: 'LATEST' }, 'The platform version must be null when specifying an EC2 launch type.'],
    [{ capacityProviderStrategy: [{}] }, "does not support 'capacityProviderStrategy' yet"],
    [{ volumeConfigurations: [{}] }, "does not support 'volumeConfigurations' yet"],
  ])('checkLaunch refuses %j', (members, words) => {
    expect(() => checkLaunch(members)).toThrow(words)
  })

  it('checkLabels gives tasks the group of their family unless they have their own', () => {
    expect(checkLabels({}, 'web')).toEqual({ startedBy: '', group: 'family:web' })
    expect(checkLabels({ startedBy: 'ci/42', group: 'night' }, 'web')).toEqual({
      startedBy: 'ci/42',
      group: 'night',
    })
    expect(() => checkLabels({ startedBy: 'a b' }, 'web')).toThrow('Invalid startedBy')
    expect(() => checkLabels({ group: 'service:web' }, 'web')).toThrow("Invalid task group 'service:web'")
  })

  it('checkClientToken takes 64 visible characters', () => {
    expect([checkClientToken(undefined), checkClientToken('t'.repeat(64))]).toEqual(['', 't'.repeat(64)])
    expect(() => checkClientToken('t'.repeat(65))).toThrow('Invalid clientToken')
    expect(() => checkClientToken('ü')).toThrow('Invalid clientToken')
  })
})

describe('services and clusters', () => {
  it('checkDeploymentConfiguration keeps what is not said', () => {
    const changed = checkDeploymentConfiguration({ maximumPercent: 150 }, DEFAULT_PERCENTS)
    expect(changed).toEqual({ minimumHealthyPercent: 100, maximumPercent: 150 })
    expect(checkDeploymentConfiguration(undefined, changed)).toBe(changed)
  })

  it.each([
    [{ minimumHealthyPercent: 101 }, 'minimumHealthyPercent must be between 0 and 100'],
    [{ maximumPercent: 99 }, 'maximumPercent must be at least 100'],
    [{ maximumPercent: 100 }, 'cannot both be 100'],
    [{ strategy: 'BLUE_GREEN' as const }, 'the deployment strategy BLUE_GREEN'],
    [{ bakeTimeInMinutes: 1 }, 'bakeTimeInMinutes'],
  ])('checkDeploymentConfiguration refuses %j', (configuration, words) => {
    expect(() => checkDeploymentConfiguration(configuration, DEFAULT_PERCENTS)).toThrow(words)
  })

  it.each([-1, 5001, 1.5, Number.NaN])('checkDesiredCount refuses %d', (desiredCount) => {
    expect(() => checkDesiredCount(desiredCount)).toThrow(
      'Invalid desiredCount. It must be between 0 and 5000.',
    )
  })

  it('checkCreateCluster names the cluster default and takes the last setting', () => {
    expect(checkCreateCluster({})).toEqual({
      name: 'default',
      settings: [{ name: 'containerInsights', value: 'disabled' }],
    })
    expect(() => checkCreateCluster({ clusterName: 'a/b' })).toThrow("Invalid cluster name 'a/b'")
    expect(() => checkCreateCluster({ settings: [{ name: 'containerInsights', value: 'x' }] })).toThrow(
      "Invalid value 'x'",
    )
    expect(() => checkCreateCluster({ capacityProviders: ['x'] })).toThrow("'capacityProviders'")
  })
})
