import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ENUM_LINKS_TARGETS, renderEnumLinks } from '../../scripts/generate-enum-links.ts'
import { loadService } from '../registry/load-service.ts'
import type { StructureShape } from '../shapes/shape.ts'
import { ENUM_LINKS } from './enum-links.ts'
import { findViolations } from './find-violations.ts'
import { commonValidation, ecsValidation } from './policies.ts'
import type { ValidationPolicy, Violation } from './violation.ts'

async function violations(operation: string, input: Record<string, unknown>): Promise<readonly Violation[]> {
  const ecs = await loadService('ecs')
  return findViolations(ecs, ecs.operations.get(operation)!.input, input)
}

async function words(policy: ValidationPolicy, operation: string, input: Record<string, unknown>) {
  const error = policy(await violations(operation, input), operation)
  return error === undefined ? undefined : `${error.code}: ${error.message}`
}

describe('renderEnumLinks', () => {
  test.each(ENUM_LINKS_TARGETS)('gives the committed file for $clientPackage', (target) => {
    expect(renderEnumLinks(target)).toBe(readFileSync(target.file, 'utf8'))
  })

  test('links only members that the schemas have, and as many as the model says', async () => {
    const ecs = await loadService('ecs')
    const structures = new Map<string, StructureShape>()
    for (const { input, output } of ecs.operations.values()) {
      collect(input, structures)
      collect(output, structures)
    }
    const links = Object.keys(ENUM_LINKS.ecs ?? {})
    const unknown = links.filter((link) => {
      const [structure = '', member = ''] = link.split('.')
      return structures.get(structure)?.byName.has(member) !== true
    })
    expect(unknown).toEqual([])
    // 171 of them are also in botocore 1.43.11, which has 171; the rest are newer.
    expect(links).toHaveLength(211)
  })
})

describe('findViolations', () => {
  test('finds nothing in a good input', async () => {
    expect(
      await violations('RunTask', { taskDefinition: 'web', launchType: 'EC2', tags: [{ key: 'a' }] }),
    ).toEqual([])
  })

  test('finds missing members with their path and depth', async () => {
    const found = await violations('RunTask', {
      networkConfiguration: { awsvpcConfiguration: {} },
      capacityProviderStrategy: [{ capacityProvider: 'a' }, {}],
    })
    const capacity = 'capacityProviderStrategy.2.member.capacityProvider'
    const subnets = 'networkConfiguration.awsvpcConfiguration.subnets'
    expect(found.map(({ kind, path, structure, depth }) => [kind, path, structure, depth])).toEqual([
      ['required', 'taskDefinition', 'RunTaskRequest', 0],
      ['required', capacity, 'CapacityProviderStrategyItem', 1],
      ['required', subnets, 'AwsVpcConfiguration', 2],
    ])
  })

  test('finds wrong enum values in members and lists', async () => {
    const found = await violations('DescribeClusters', { include: ['TAGS', 'tags', 'ATTACHMENTS'] })
    expect(found).toMatchObject([{ kind: 'enum', path: 'include', value: 'tags' }])
    expect(await violations('RunTask', { taskDefinition: 'a', launchType: 'ec2' })).toMatchObject([
      { kind: 'enum', path: 'launchType', value: 'ec2', allowed: expect.arrayContaining(['EC2']) },
    ])
  })

  test('stops at its limit', async () => {
    const items = Array.from({ length: 30 }, () => ({}))
    const found = await violations('RunTask', { taskDefinition: 'a', capacityProviderStrategy: items })
    expect(found).toHaveLength(10)
  })
})

describe('ecsValidation', () => {
  test('words refusals as ECS does', async () => {
    const policy = ecsValidation()
    expect(await words(policy, 'RegisterTaskDefinition', { containerDefinitions: [] })).toBe(
      'InvalidParameterException: Family can not be blank.',
    )
    expect(await words(policy, 'RunTask', {})).toBe(
      'InvalidParameterException: Task definition can not be blank.',
    )
    expect(await words(policy, 'RunTask', { taskDefinition: 'a', capacityProviderStrategy: [{}] })).toBe(
      'ClientException: CapacityProviderStrategyItem.capacityProvider should not be null or empty.',
    )
    expect(await words(policy, 'RunTask', { taskDefinition: 'a', launchType: 'ec2' })).toMatch(
      /^ClientException: launch type should be one of \[EC2,/,
    )
  })

  test('leaves required members to the handlers that word them, but not enums', async () => {
    const policy = ecsValidation({ handlersWordRequired: ['RunTask'] })
    expect(await words(policy, 'RunTask', {})).toBeUndefined()
    expect(await words(policy, 'RunTask', { launchType: 'ec2' })).toContain('launch type')
    expect(await words(policy, 'StopTask', {})).toContain('can not be blank')
  })
})

describe('commonValidation', () => {
  test('lists every violation', async () => {
    expect(await words(commonValidation(), 'RunTask', { launchType: 'ec2' })).toMatch(
      /^ValidationException: 2 validation errors detected: Value .* failed to satisfy constraint: Member must/,
    )
    expect(await words(commonValidation('InvalidParameterException'), 'RunTask', {})).toBe(
      "InvalidParameterException: 1 validation error detected: Value null at 'taskDefinition' failed to " +
        'satisfy constraint: Member must not be null',
    )
  })
})

function collect(shape: StructureShape, into: Map<string, StructureShape>): void {
  if (into.has(shape.name)) return
  into.set(shape.name, shape)
  for (const member of shape.members) {
    let inner = member.shape
    while (inner.kind === 'list' || inner.kind === 'map')
      inner = inner.kind === 'list' ? inner.element : inner.value
    if (inner.kind === 'structure') collect(inner, into)
  }
}
