import { type Namespace, parseArn } from '@homeport/domain'
import { ecsError } from '../errors/ecs-error.ts'
import {
  parseClusterReference,
  parseContainerInstanceReference,
  parseServiceReference,
  parseTaskDefinitionReference,
  parseTaskReference,
} from './references.ts'

/** A resource that has tags. */
export type TaggableResource =
  | { readonly kind: 'cluster'; readonly cluster: string }
  | {
      readonly kind: 'container-instance' | 'service' | 'task'
      readonly cluster: string
      readonly id: string
    }
  | { readonly kind: 'task-definition'; readonly family: string; readonly revision: number }

const MEMBER_PARSERS = {
  'container-instance': parseContainerInstanceReference,
  service: parseServiceReference,
  task: parseTaskReference,
} as const

const isMemberKind = (kind: string): kind is keyof typeof MEMBER_PARSERS =>
  Object.hasOwn(MEMBER_PARSERS, kind)

/**
 * The resource that the ARN of a tagging request names.
 * @throws {EcsError} when it is no long ARN of something that can have tags, or of another account or region.
 */
export function parseTaggableArn(text: string, namespace: Namespace): TaggableResource {
  const [kind = '', ...path] = parseArn(text)?.resource.split('/') ?? []
  if (kind === 'cluster') return { kind, cluster: parseClusterReference(text, namespace) }
  if (kind === 'task-definition') return taggableDefinition(text, namespace)
  if (!isMemberKind(kind)) throw ecsError('tagKind', { arn: text })
  const [cluster, id] = path
  if (cluster === undefined || id === undefined) throw ecsError('tagArn')
  return { kind, cluster, id: MEMBER_PARSERS[kind](text, { ...namespace, cluster }) }
}

function taggableDefinition(text: string, namespace: Namespace): TaggableResource {
  const reference = parseTaskDefinitionReference(text, namespace)
  if (reference?.revision === undefined) throw ecsError('tagKind', { arn: text })
  return { kind: 'task-definition', family: reference.family, revision: reference.revision }
}
