/**
 * Goal: container instances and their attributes as users meet them. Method: the real AWS SDK over loopback HTTP,
 * state in memory.
 */
import {
  type Attribute,
  CreateClusterCommand,
  DeleteAttributesCommand,
  DeleteClusterCommand,
  DeregisterContainerInstanceCommand,
  DescribeContainerInstancesCommand,
  DescribeTasksCommand,
  ListAttributesCommand,
  ListContainerInstancesCommand,
  PutAttributesCommand,
  paginateListAttributes,
  UpdateContainerAgentCommand,
  UpdateContainerInstancesStateCommand,
} from '@aws-sdk/client-ecs'
import { ContainerInstanceStatus, TaskStatus } from '@homeport/wire/types'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ARN, errorOf, INSTANCE_ID, startWorld, type World } from './testing/start-world.ts'

let world: World

beforeEach(async () => {
  world = await startWorld()
})

afterEach(() => world.stop())

const INSTANCE_ARN = `${ARN}:container-instance/default/${INSTANCE_ID}`
const taskIdOf = (index: number): string => index.toString(16).padStart(32, '0')

describe('UpdateContainerInstancesState', () => {
  const update = (containerInstances: string[], status: 'ACTIVE' | 'DRAINING' | 'REGISTERING') =>
    world.ecs.send(new UpdateContainerInstancesStateCommand({ containerInstances, status }))

  it('drains instances by id and ARN and names the failures', async () => {
    await world.addInstance()
    await world.addInstance({ instanceId: 'b'.repeat(32), status: ContainerInstanceStatus.INACTIVE })
    const answer = await update([INSTANCE_ID, INSTANCE_ARN, 'b'.repeat(32), 'c'.repeat(32)], 'DRAINING')
    expect(answer.containerInstances?.map((each) => [each.containerInstanceArn, each.status])).toEqual([
      [INSTANCE_ARN, 'DRAINING'],
    ])
    expect(answer.failures).toEqual([
      { arn: `${ARN}:container-instance/default/${'b'.repeat(32)}`, reason: 'INACTIVE' },
      { arn: `${ARN}:container-instance/default/${'c'.repeat(32)}`, reason: 'MISSING' },
    ])
    const listed = await world.ecs.send(new ListContainerInstancesCommand({ status: 'DRAINING' }))
    expect(listed.containerInstanceArns).toEqual([INSTANCE_ARN])
    const back = await update([INSTANCE_ID], 'ACTIVE')
    expect(back.containerInstances?.[0]?.status).toBe('ACTIVE')
  })

  it('writes nothing when the instance has the status', async () => {
    await world.addInstance()
    const before = world.state.applied.length
    await update([INSTANCE_ID], 'ACTIVE')
    expect(world.state.applied).toHaveLength(before)
  })

  it.each([
    [
      'a status that users cannot give',
      [[INSTANCE_ID], 'REGISTERING'],
      'InvalidParameterException: Container instance status should be one of [ACTIVE, DRAINING]',
    ],
    ['no instances', [[], 'ACTIVE'], 'InvalidParameterException: Container instances cannot be empty.'],
    [
      'too many',
      [Array.from({ length: 11 }, (_, index) => taskIdOf(index)), 'ACTIVE'],
      'InvalidParameterException: Container instances cannot have more than 10 elements.',
    ],
    [
      'what is no id',
      [['x'], 'ACTIVE'],
      'InvalidParameterException: instanceId length should be one of [32,36]',
    ],
  ] as const)('refuses %s', async (_case, [containerInstances, status], error) => {
    expect(await errorOf(update([...containerInstances], status))).toBe(error)
  })
})

describe('DeregisterContainerInstance', () => {
  const deregister = (force?: boolean, containerInstance = INSTANCE_ID) =>
    world.ecs.send(
      new DeregisterContainerInstanceCommand({ containerInstance, ...(force !== undefined && { force }) }),
    )

  it('keeps the instance describable as INACTIVE and answers the same when it is repeated', async () => {
    await world.addInstance()
    const { containerInstance } = await deregister()
    expect(containerInstance).toMatchObject({ containerInstanceArn: INSTANCE_ARN, status: 'INACTIVE' })
    expect((await deregister(false, INSTANCE_ARN)).containerInstance).toEqual(containerInstance)
    expect((await world.ecs.send(new ListContainerInstancesCommand({}))).containerInstanceArns).toEqual([])
    const described = await world.ecs.send(
      new DescribeContainerInstancesCommand({ containerInstances: [INSTANCE_ID] }),
    )
    expect(described.containerInstances?.[0]?.status).toBe('INACTIVE')
    expect((await world.ecs.send(new DeleteClusterCommand({ cluster: 'default' }))).cluster?.status).toBe(
      'INACTIVE',
    )
  })

  it('refuses when tasks are bound and nothing is forced', async () => {
    await world.addInstance()
    await world.addTask(taskIdOf(1))
    const before = world.state.applied.length
    expect(await errorOf(deregister())).toBe(
      'InvalidParameterException: Found running tasks on the instance.',
    )
    expect(world.state.applied).toHaveLength(before)
  })

  it('ends every task of the instance when it is forced', async () => {
    await world.addInstance()
    const count = 60
    for (let index = 0; index < count; index += 1) await world.addTask(taskIdOf(index))
    await world.addTask('f'.repeat(32), { desiredStatus: TaskStatus.STOPPED, stoppedReason: 'mine' })
    const { containerInstance } = await deregister(true)
    expect(containerInstance).toMatchObject({
      status: 'INACTIVE',
      runningTasksCount: 0,
      pendingTasksCount: 0,
    })
    const { tasks } = await world.ecs.send(
      new DescribeTasksCommand({ tasks: [...Array(count).keys()].map(taskIdOf) }),
    )
    expect(tasks).toHaveLength(count)
    for (const task of tasks ?? []) {
      expect(task).toMatchObject({
        desiredStatus: 'STOPPED',
        lastStatus: 'STOPPED',
        stopCode: 'UserInitiated',
        stoppedReason: 'Container instance deregistration forced by user',
        containers: [{ lastStatus: 'STOPPED' }],
        version: 3,
      })
      expect(task.stoppedAt).toBeInstanceOf(Date)
    }
    expect(world.task('f'.repeat(32))).toMatchObject({
      stoppedReason: 'mine',
      observed: { lastStatus: TaskStatus.STOPPED },
    })
  })

  it('finishes what was interrupted when it is forced again', async () => {
    await world.addInstance({ status: ContainerInstanceStatus.INACTIVE })
    await world.addTask(taskIdOf(1))
    await deregister(true)
    expect(world.task(taskIdOf(1)).observed?.lastStatus).toBe(TaskStatus.STOPPED)
  })

  it('refuses an instance that does not exist', async () => {
    const id = 'd'.repeat(32)
    expect(await errorOf(deregister(true, id))).toBe(
      `ClientException: Referenced container instance ${id} not found.`,
    )
  })
})

describe('attributes', () => {
  const put = (attributes: Attribute[], cluster?: string) =>
    world.ecs.send(new PutAttributesCommand({ attributes, ...(cluster !== undefined && { cluster }) }))
  const custom = (name: string, value?: string): Attribute => ({
    name,
    targetId: INSTANCE_ARN,
    ...(value !== undefined && { value }),
  })
  const list = async (input: Partial<ConstructorParameters<typeof ListAttributesCommand>[0]> = {}) =>
    (await world.ecs.send(new ListAttributesCommand({ targetType: 'container-instance', ...input })))
      .attributes

  it('PutAttributes adds and replaces, by ARN and by id with the type', async () => {
    await world.addInstance()
    const answer = await put([custom('stack', 'test'), custom('fast')])
    expect(answer.attributes).toEqual([
      { name: 'stack', value: 'test', targetId: INSTANCE_ARN },
      { name: 'fast', targetId: INSTANCE_ARN },
    ])
    await put([{ name: 'stack', value: 'live', targetId: INSTANCE_ID, targetType: 'container-instance' }])
    expect(await list({ attributeName: 'stack' })).toEqual([
      { name: 'stack', value: 'live', targetId: INSTANCE_ARN },
    ])
    expect(await list({ attributeName: 'stack', attributeValue: 'test' })).toEqual([])
    const placed = await world.ecs.send(
      new ListContainerInstancesCommand({ filter: 'attribute:stack == live' }),
    )
    expect(placed.containerInstanceArns).toEqual([INSTANCE_ARN])
  })

  it('DeleteAttributes takes what there is and answers it', async () => {
    await world.addInstance()
    await put([custom('stack', 'test')])
    const attributes = [custom('stack'), custom('never')]
    const answer = await world.ecs.send(new DeleteAttributesCommand({ attributes }))
    expect(answer.attributes).toEqual([{ name: 'stack', value: 'test', targetId: INSTANCE_ARN }])
    expect(await list({ attributeName: 'stack' })).toEqual([])
  })

  it('ListAttributes pages over all instances, and none of another cluster', async () => {
    await world.addInstance()
    await world.addInstance({ instanceId: 'b'.repeat(32) })
    await world.addInstance({ instanceId: 'c'.repeat(32), status: ContainerInstanceStatus.INACTIVE })
    const names: string[] = []
    const pages = paginateListAttributes(
      { client: world.ecs, pageSize: 3 },
      { targetType: 'container-instance' },
    )
    for await (const { attributes = [] } of pages) {
      names.push(...attributes.map(({ name, targetId }) => `${targetId?.at(-1)} ${name}`))
    }
    expect(names).toEqual([
      'a ecs.capability.x',
      'a ecs.cpu-architecture',
      'b ecs.capability.x',
      'b ecs.cpu-architecture',
    ])
    await world.ecs.send(new CreateClusterCommand({ clusterName: 'other' }))
    expect(await list({ cluster: 'other' })).toEqual([])
  })

  it('PutAttributes refuses the eleventh custom attribute and changes nothing', async () => {
    await world.addInstance()
    await put(Array.from({ length: 10 }, (_, index) => custom(`a${index}`)))
    const before = world.state.applied.length
    expect(await errorOf(put([custom('a11')]))).toBe(
      `AttributeLimitExceededException: Target '${INSTANCE_ARN}' cannot have more than 10 custom attributes.`,
    )
    expect(world.state.applied).toHaveLength(before)
    await put([custom('a9', 'again')])
  })

  it.each([
    ['no attributes', [], 'InvalidParameterException: Attributes cannot be empty.'],
    [
      'an id without a type',
      [{ name: 'a', targetId: INSTANCE_ID }],
      `InvalidParameterException: The target type must be given when the target id is not an ARN, received '${INSTANCE_ID}'.`,
    ],
    ['no target', [{ name: 'a' }], 'InvalidParameterException: Target id can not be blank.'],
    [
      'names of the agent',
      [{ name: 'ecs.os-type', targetId: INSTANCE_ARN }],
      "InvalidParameterException: Invalid attribute name 'ecs.os-type'. Attribute names have 1 to 128 letters, numbers or _.-/\\ and do not start with ecs.",
    ],
    [
      'blanks around values',
      [{ name: 'a', value: ' b', targetId: INSTANCE_ARN }],
      "InvalidParameterException: Invalid value of attribute 'a'. Attribute values have at most 128 letters, numbers, blanks or _.-/\\@: and neither start nor end with a blank.",
    ],
    [
      'unknown targets',
      [{ name: 'a', targetId: INSTANCE_ARN.replaceAll('a'.repeat(32), 'e'.repeat(32)) }],
      `TargetNotFoundException: Target '${ARN}:container-instance/default/${'e'.repeat(32)}' not found.`,
    ],
  ])('PutAttributes refuses %s', async (_case, attributes, error) => {
    await world.addInstance()
    expect(await errorOf(put(attributes))).toBe(error)
  })

  it('ListAttributes refuses a value without a name', async () => {
    expect(await errorOf(list({ attributeValue: 'x' }))).toBe(
      'InvalidParameterException: Attribute name must be given with an attribute value.',
    )
  })
})

it('UpdateContainerAgent says that there is no update, of an instance that exists', async () => {
  await world.addInstance()
  const update = (containerInstance: string): Promise<string> =>
    errorOf(world.ecs.send(new UpdateContainerAgentCommand({ containerInstance })))
  expect(await update(INSTANCE_ID)).toContain('NoUpdateAvailableException: There is no update available')
  expect(await update('e'.repeat(32))).toContain('ClientException: Referenced container instance')
})
