import { describe, expect, it } from 'vitest'
import {
  parseClusterReference,
  parseContainerInstanceReference,
  parseServiceReference,
  parseTaskDefinitionReference,
  parseTaskReference,
} from './references.ts'

const scope = { accountId: '123456789012', region: 'eu-central-1', cluster: 'blue' }
const arn = (resource: string): string => `arn:aws:ecs:eu-central-1:123456789012:${resource}`
const ID = '0123456789abcdef0123456789abcdef'

describe('names and ARNs mean the same', () => {
  it.each([
    [parseClusterReference('blue', scope), 'blue'],
    [parseClusterReference(arn('cluster/blue'), scope), 'blue'],
    [parseClusterReference(undefined, scope), 'default'],
    [parseClusterReference('', scope), 'default'],
    [parseServiceReference('web', scope), 'web'],
    [parseServiceReference(arn('service/web'), scope), 'web'],
    [parseServiceReference(arn('service/blue/web'), scope), 'web'],
    [parseTaskReference(ID, scope), ID],
    [parseTaskReference(arn(`task/${ID}`), scope), ID],
    [parseTaskReference(arn(`task/blue/${ID}`), scope), ID],
    [parseContainerInstanceReference(arn(`container-instance/blue/${ID}`), scope), ID],
  ])('%s is %s', (parsed, expected) => {
    expect(parsed).toBe(expected)
  })

  it.each([
    ['web', { family: 'web' }],
    ['web:12', { family: 'web', revision: 12 }],
    [arn('task-definition/web:12'), { family: 'web', revision: 12 }],
    [arn('task-definition/web'), { family: 'web' }],
    ['web:', undefined],
    ['web:x', undefined],
    ['a:b:1', undefined],
    ['', undefined],
  ])('the task definition %j is %j', (text, expected) => {
    expect(parseTaskDefinitionReference(text, scope)).toEqual(expected)
  })
})

describe('references are refused when', () => {
  it.each([
    ['a cluster has slashes', () => parseClusterReference('a/b', scope), 'Unexpected number of separators'],
    [
      'an ARN is of another kind',
      () => parseClusterReference(arn('service/x'), scope),
      'is not an ARN of a cluster',
    ],
    [
      'an ARN is of another service',
      () => parseTaskReference('arn:aws:sqs:eu-central-1:123456789012:q', scope),
      'is not an ARN of a task',
    ],
    [
      'an ARN is of another region',
      () => parseClusterReference('arn:aws:ecs:us-east-1:123456789012:cluster/x', scope),
      'Identifier is for us-east-1. You are accessing eu-central-1',
    ],
    [
      'an ARN is of another account',
      () => parseClusterReference('arn:aws:ecs:eu-central-1:000000000000:cluster/x', scope),
      'account 000000000000',
    ],
    [
      'an ARN is of another cluster',
      () => parseServiceReference(arn('service/red/web'), scope),
      'cluster red. Your cluster is blue',
    ],
    [
      'an id has the wrong length',
      () => parseTaskReference('None', scope),
      'taskId length should be one of [32,36]',
    ],
    [
      'an instance id has the wrong length',
      () => parseContainerInstanceReference('x', scope),
      'instanceId length should be one of [32,36]',
    ],
    [
      'an ARN has too many parts',
      () => parseTaskReference(arn(`task/a/b/${ID}`), scope),
      'Unexpected number of separators',
    ],
  ])('%s', (_what, parse, words) => {
    expect(parse).toThrow(words)
  })
})
