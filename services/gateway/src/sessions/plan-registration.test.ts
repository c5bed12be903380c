import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import { Row } from '@homeport/store'
import { type Register, RegisterSchema } from '@homeport/wire/agent'
import {
  ClusterSchema,
  ClusterStatus,
  type ContainerInstance,
  ContainerInstanceSchema,
  ContainerInstanceStatus,
} from '@homeport/wire/types'
import { describe, expect, it } from 'vitest'
import { planRegistration, type RegistrationFacts, type RegistrationPlan } from './plan-registration.ts'

const host = { instanceId: 'a'.repeat(32), accountId: '111122223333' }

const clusterRow = (name: string, status: ClusterStatus): Row<'clusters'> =>
  new Row('clusters', name, {
    version: 1,
    bytes: toBinary(ClusterSchema, create(ClusterSchema, { name, status })),
    indexTerms: [],
  })

const instanceRow = (instance: MessageInitShape<typeof ContainerInstanceSchema>): Row<'containerInstances'> =>
  new Row('containerInstances', 'key', {
    version: 1,
    bytes: toBinary(ContainerInstanceSchema, create(ContainerInstanceSchema, instance)),
    indexTerms: [],
  })

function plan(
  register: Exclude<MessageInitShape<typeof RegisterSchema>, Register>,
  over: Partial<RegistrationFacts> = {},
): RegistrationPlan {
  return planRegistration({
    host,
    register: create(RegisterSchema, {
      cluster: 'default',
      region: 'eu-central-1',
      hostname: 'host-1',
      resources: { cpuUnits: 1024, memoryMib: 512 },
      ...register,
    }),
    instance: undefined,
    cluster: clusterRow('default', ClusterStatus.ACTIVE),
    externalId: 'mi-1',
    nowMs: 1000,
    ...over,
  })
}

function writtenInstance(result: RegistrationPlan): ContainerInstance {
  if (result.kind === 'refused') throw new Error(result.message)
  return result.instance
}

describe('planRegistration', () => {
  it.each([
    ['cluster', { cluster: 'a/b' }],
    ['cluster', { cluster: 'x'.repeat(256) }],
    ['region', { region: '' }],
    ['region', { region: 'EU/1' }],
    ['host name', { hostname: 'h'.repeat(254) }],
  ])('refuses a %s that is no name', (_what, register) => {
    expect(plan(register)).toMatchObject({ kind: 'refused', code: 'INVALID' })
  })

  it.each([
    ['absent', undefined],
    ['deleted', clusterRow('default', ClusterStatus.INACTIVE)],
  ])('makes the cluster default when it is %s', (_what, cluster) => {
    expect(plan({}, { cluster })).toMatchObject({
      kind: 'write',
      newCluster: { name: 'default', region: 'eu-central-1', status: ClusterStatus.ACTIVE, document: '{}' },
    })
  })

  it('refuses a deleted cluster of another name', () => {
    const cluster = clusterRow('web', ClusterStatus.INACTIVE)
    expect(plan({ cluster: 'web' }, { cluster })).toMatchObject({
      message: 'ClusterNotFoundException: Cluster not found.',
    })
  })

  it('refuses another region than the one that the instance is in', () => {
    const instance = instanceRow({
      cluster: 'default',
      region: 'us-east-1',
      status: ContainerInstanceStatus.ACTIVE,
    })
    expect(plan({}, { instance })).toMatchObject({
      code: 'INVALID',
      message: expect.stringContaining("saved region 'us-east-1'"),
    })
  })

  it('drops what the agent no longer reports and keeps what users put', () => {
    const instance = instanceRow({
      cluster: 'default',
      region: 'eu-central-1',
      status: ContainerInstanceStatus.ACTIVE,
      attributes: [
        { name: 'rack', value: '7' },
        { name: 'stack', value: 'old' },
        { name: 'ecs.os-type', value: 'linux' },
        { name: 'com.amazonaws.ecs.capability.gone', value: '' },
      ],
      tags: [
        { key: 'team', value: 'a' },
        { key: 'env', value: 'old' },
      ],
    })
    const written = writtenInstance(
      plan(
        {
          attributes: [
            { name: 'stack', value: 'new' },
            { name: 'ecs.cpu-architecture', value: 'arm64' },
          ],
          tags: [{ key: 'env', value: 'new' }],
        },
        { instance },
      ),
    )
    expect(written.attributes.map(({ name, value }) => `${name}=${value}`)).toEqual([
      'rack=7',
      'stack=new',
      'ecs.cpu-architecture=arm64',
    ])
    expect(written.tags.map(({ key, value }) => `${key}=${value}`)).toEqual(['team=a', 'env=new'])
  })

  it('notes when the connection came back, and only then', () => {
    const known = { cluster: 'default', region: 'eu-central-1', agentConnectionChangedAtMs: 5 }
    const connected = writtenInstance(plan({}, { instance: instanceRow({ ...known, agentConnected: true }) }))
    const lost = writtenInstance(plan({}, { instance: instanceRow({ ...known, agentConnected: false }) }))
    expect(connected.agentConnectionChangedAtMs).toBe(5)
    expect(lost).toMatchObject({ agentConnected: true, agentConnectionChangedAtMs: 1000 })
  })
})
