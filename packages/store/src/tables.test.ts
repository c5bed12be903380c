import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import {
  ClusterSchema,
  ContainerInstanceSchema,
  IdempotencyRecordSchema,
  LeaseSchema,
  ServiceDeploymentSchema,
  ServiceEventSchema,
  ServiceRevisionSchema,
  ServiceSchema,
  TaskDefinitionFamilySchema,
  TaskDefinitionSchema,
  TaskSchema,
  TaskStatus,
} from '@homeport/wire/types'
import { describe, expect, it } from 'vitest'
import {
  type EntityOf,
  indexTermsOf,
  keyOf,
  SERVICE_EVENTS_MAX,
  schemaOf,
  type TableName,
  tableNames,
} from './tables.ts'

const home = { accountId: '000000000000', region: 'eu-test-1', cluster: 'c' }

const spec = { taskDefinition: 'web:3', containerInstanceId: 'i1', service: 's', deploymentId: 'd1' }

/** One entity of every table, with the key and the index terms that it must have. */
const examples: { [Name in TableName]: { entity: EntityOf<Name>; key: string; terms: string[] } } = {
  clusters: {
    entity: create(ClusterSchema, { ...home, name: 'c' }),
    key: '000000000000/eu-test-1/c',
    terms: ['namespace=000000000000/eu-test-1'],
  },
  containerInstances: {
    entity: create(ContainerInstanceSchema, { ...home, instanceId: 'i1' }),
    key: '000000000000/eu-test-1/c/i1',
    terms: ['cluster=000000000000/eu-test-1/c', 'instanceId=i1'],
  },
  taskDefinitions: {
    entity: create(TaskDefinitionSchema, { ...home, family: 'web', revision: 3 }),
    key: '000000000000/eu-test-1/web:3',
    terms: ['namespace=000000000000/eu-test-1', 'family=000000000000/eu-test-1/web'],
  },
  taskDefinitionFamilies: {
    entity: create(TaskDefinitionFamilySchema, { ...home, family: 'web' }),
    key: '000000000000/eu-test-1/web',
    terms: ['namespace=000000000000/eu-test-1'],
  },
  services: {
    entity: create(ServiceSchema, { ...home, name: 's' }),
    key: '000000000000/eu-test-1/c/s',
    terms: ['cluster=000000000000/eu-test-1/c'],
  },
  serviceRevisions: {
    entity: create(ServiceRevisionSchema, { ...home, service: 's', revisionId: 'r1' }),
    key: '000000000000/eu-test-1/c/s/r1',
    terms: ['service=000000000000/eu-test-1/c/s'],
  },
  serviceDeployments: {
    entity: create(ServiceDeploymentSchema, { ...home, service: 's', deploymentId: 'd1' }),
    key: '000000000000/eu-test-1/c/s/d1',
    terms: ['service=000000000000/eu-test-1/c/s'],
  },
  serviceEvents: {
    entity: create(ServiceEventSchema, { ...home, service: 's', sequence: SERVICE_EVENTS_MAX + 7 }),
    key: '000000000000/eu-test-1/c/s/7',
    terms: ['service=000000000000/eu-test-1/c/s'],
  },
  tasks: {
    entity: create(TaskSchema, { ...home, taskId: 't1', spec }),
    key: '000000000000/eu-test-1/c/t1',
    terms: [
      'cluster=000000000000/eu-test-1/c',
      'boundInstance=000000000000/eu-test-1/c/i1',
      'boundService=000000000000/eu-test-1/c/s',
      'service=000000000000/eu-test-1/c/s',
      'taskDefinition=000000000000/eu-test-1/web:3',
    ],
  },
  idempotency: {
    entity: create(IdempotencyRecordSchema, { ...home, operation: 'RunTask', clientToken: 'a/b' }),
    key: '000000000000/eu-test-1/RunTask/a%2Fb',
    terms: ['all=all'],
  },
  leases: { entity: create(LeaseSchema, { name: 'scheduler' }), key: 'scheduler', terms: [] },
}

const exampleOf = (name: TableName) => examples[name] as (typeof examples)['tasks']

describe('tables', () => {
  it.each(tableNames)(
    '%s gives key and index terms when an entity is stored, and after it was decoded',
    (name) => {
      const { entity, key, terms } = exampleOf(name)
      const decoded = fromBinary(schemaOf(name), toBinary(schemaOf(name), entity)) as unknown as typeof entity
      for (const each of [entity, decoded]) {
        expect(keyOf(name as 'tasks', each)).toBe(key)
        expect(indexTermsOf(name as 'tasks', each)).toEqual(terms)
      }
    },
  )

  it('tasks are no longer bound but stopped when they were seen STOPPED', () => {
    const observed = { lastStatus: TaskStatus.STOPPED }
    const task = create(TaskSchema, { ...home, taskId: 't1', spec, observed })
    expect(indexTermsOf('tasks', task)).toEqual([
      'cluster=000000000000/eu-test-1/c',
      'service=000000000000/eu-test-1/c/s',
      'stopped=stopped',
      'taskDefinition=000000000000/eu-test-1/web:3',
    ])
  })
})
