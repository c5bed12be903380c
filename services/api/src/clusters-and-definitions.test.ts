/**
 * Goal: changes of clusters and the deletion of task definitions as users meet them, and the answers of what cannot
 * exist. Method: the real AWS SDK over loopback HTTP, state in memory.
 */
import {
  CreateServiceCommand,
  DeleteTaskDefinitionsCommand,
  DeregisterTaskDefinitionCommand,
  DescribeCapacityProvidersCommand,
  DescribeClustersCommand,
  DescribeTaskDefinitionCommand,
  ListServicesByNamespaceCommand,
  ListTaskDefinitionsCommand,
  PutClusterCapacityProvidersCommand,
  RunTaskCommand,
  SubmitTaskStateChangeCommand,
  UpdateClusterCommand,
  UpdateClusterSettingsCommand,
} from '@aws-sdk/client-ecs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ARN, errorOf, startWorld, type World } from './testing/start-world.ts'

let world: World

beforeEach(async () => {
  world = await startWorld()
})

afterEach(() => world.stop())

describe('DeleteTaskDefinitions', () => {
  const remove = (taskDefinitions: string[]) =>
    world.ecs.send(new DeleteTaskDefinitionsCommand({ taskDefinitions }))

  it('takes deregistered revisions only and names the failures', async () => {
    const refused = await remove(['web:1', 'web:2', 'web', `${ARN}:task-definition/web:1`])
    expect(refused.taskDefinitions).toEqual([])
    expect(refused.failures).toEqual([
      { arn: 'web:1', reason: expect.stringContaining('is still in ACTIVE status') },
      { arn: 'web:2', reason: expect.stringContaining('does not exist') },
      { arn: 'web', reason: expect.stringContaining('identifier is invalid') },
      { arn: `${ARN}:task-definition/web:1`, reason: expect.stringContaining('ACTIVE') },
    ])
    await world.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: 'web:1' }))
    const { taskDefinitions, failures } = await remove(['web:1'])
    expect(failures).toEqual([])
    expect(taskDefinitions).toMatchObject([
      { taskDefinitionArn: `${ARN}:task-definition/web:1`, status: 'DELETE_IN_PROGRESS' },
    ])
    expect(taskDefinitions?.[0]?.deleteRequestedAt).toBeInstanceOf(Date)
    expect((await remove(['web:1'])).taskDefinitions).toEqual(taskDefinitions)
  })

  it('deletes nothing when one of them is an ARN of something else', async () => {
    await world.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: 'web:1' }))
    const before = world.state.applied.length
    expect(await errorOf(remove(['web:1', `${ARN}:service/default/web`]))).toContain(
      'is not an ARN of a task-definition',
    )
    expect(world.state.applied).toHaveLength(before)
  })

  it('leaves a revision that can be looked at and not be used', async () => {
    await world.addInstance()
    await world.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: 'web:1' }))
    await remove(['web:1'])
    const listed = async (status: 'DELETE_IN_PROGRESS' | 'INACTIVE') =>
      (await world.ecs.send(new ListTaskDefinitionsCommand({ status }))).taskDefinitionArns
    expect(await listed('DELETE_IN_PROGRESS')).toEqual([`${ARN}:task-definition/web:1`])
    expect(await listed('INACTIVE')).toEqual([])
    const described = await world.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: 'web:1' }))
    expect(described.taskDefinition?.status).toBe('DELETE_IN_PROGRESS')
    const sent = [
      world.ecs.send(new RunTaskCommand({ taskDefinition: 'web:1' })),
      world.ecs.send(
        new CreateServiceCommand({ serviceName: 'a', taskDefinition: 'web:1', desiredCount: 1 }),
      ),
    ]
    for (const each of sent) expect(await errorOf(each)).toBe('ClientException: TaskDefinition is inactive')
  })

  it.each([
    ['none', [], 'InvalidParameterException: Task definitions cannot be empty.'],
    [
      'too many',
      Array.from({ length: 11 }, (_, index) => `web:${index + 1}`),
      'InvalidParameterException: Task definitions cannot have more than 10 elements.',
    ],
  ])('refuses %s', async (_case, taskDefinitions, error) => {
    expect(await errorOf(remove(taskDefinitions))).toBe(error)
  })
})

describe('clusters', () => {
  const insights = (value: string) => [{ name: 'containerInsights' as const, value }]

  const settingsChanges = {
    UpdateCluster: (cluster: string, value: string) =>
      world.ecs.send(new UpdateClusterCommand({ cluster, settings: insights(value) })),
    UpdateClusterSettings: (cluster: string, value: string) =>
      world.ecs.send(new UpdateClusterSettingsCommand({ cluster, settings: insights(value) })),
  }

  it.each(Object.entries(settingsChanges))('%s changes settings, once', async (_operation, change) => {
    const { cluster } = await change('default', 'enabled')
    expect(cluster).toMatchObject({ clusterName: 'default', settings: insights('enabled') })
    const before = world.state.applied.length
    await change(`${ARN}:cluster/default`, 'enabled')
    expect(world.state.applied).toHaveLength(before)
    const described = await world.ecs.send(new DescribeClustersCommand({ include: ['SETTINGS'] }))
    expect(described.clusters?.[0]?.settings).toEqual(insights('enabled'))
  })

  it('are left alone when a change is refused', async () => {
    const before = world.state.applied.length
    const refusals = [
      new UpdateClusterCommand({ cluster: 'nope' }),
      new UpdateClusterCommand({ cluster: 'default', serviceConnectDefaults: { namespace: 'x' } }),
      new UpdateClusterSettingsCommand({ cluster: 'default', settings: insights('maybe') }),
      new UpdateClusterSettingsCommand({ cluster: 'default', settings: [] }),
    ] as const
    const texts: string[] = []
    for (const command of refusals) texts.push(await errorOf(world.ecs.send(command as UpdateClusterCommand)))
    expect(texts).toEqual([
      'ClusterNotFoundException: Cluster not found.',
      "UnsupportedFeatureException: Homeport does not support 'serviceConnectDefaults' yet.",
      "InvalidParameterException: Invalid value 'maybe' of the cluster setting containerInsights.",
      'InvalidParameterException: Settings cannot be empty.',
    ])
    expect(world.state.applied).toHaveLength(before)
  })
})

describe('what does not exist', () => {
  it('capacity providers are none, and none can be given to a cluster', async () => {
    expect(
      await world.ecs.send(new DescribeCapacityProvidersCommand({ capacityProviders: ['FARGATE'] })),
    ).toMatchObject({ capacityProviders: [], failures: [{ arn: 'FARGATE', reason: 'MISSING' }] })
    const put = (capacityProviders: string[]) =>
      world.ecs.send(
        new PutClusterCapacityProvidersCommand({
          cluster: 'default',
          capacityProviders,
          defaultCapacityProviderStrategy: [],
        }),
      )
    expect((await put([])).cluster).toMatchObject({ clusterName: 'default', capacityProviders: [] })
    expect(await errorOf(put(['FARGATE']))).toBe(
      'InvalidParameterException: The specified capacity provider FARGATE was not found.',
    )
  })

  it('services of a namespace are none', async () => {
    const { serviceArns } = await world.ecs.send(new ListServicesByNamespaceCommand({ namespace: 'local' }))
    expect(serviceArns).toEqual([])
    expect(await errorOf(world.ecs.send(new ListServicesByNamespaceCommand({ namespace: '' })))).toBe(
      'InvalidParameterException: Namespace can not be blank.',
    )
  })

  it('operations of the ECS agent are refused by name', async () => {
    expect(await errorOf(world.ecs.send(new SubmitTaskStateChangeCommand({ task: 'x' })))).toBe(
      "UnsupportedFeatureException: Homeport does not implement SubmitTaskStateChange: only agents use it, and Homeport's agent speaks to its gateway instead.",
    )
  })
})
