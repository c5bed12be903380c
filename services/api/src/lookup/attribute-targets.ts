import { type CheckedAttribute, ecsError } from '@homeport/ecs-api'
import type { ClusterScope, Row } from '@homeport/store'
import { ContainerInstanceStatus } from '@homeport/wire/types'
import type { ApiRequest } from '../ports.ts'
import { findInstance } from './members.ts'

/** An instance, and what a request says of its attributes. */
export interface AttributeTarget {
  readonly row: Row<'containerInstances'>
  readonly attributes: readonly CheckedAttribute[]
}

/**
 * The instances that attributes name, each once, in the order in which they are named.
 * @throws {EcsError} TargetNotFoundException when one of them is not registered.
 */
export function attributeTargets(
  request: ApiRequest,
  scope: ClusterScope,
  attributes: readonly CheckedAttribute[],
): AttributeTarget[] {
  const targets = new Map<string, { row: Row<'containerInstances'>; attributes: CheckedAttribute[] }>()
  for (const attribute of attributes) {
    const { id, row } = findInstance(request, scope, attribute.target)
    if (row === undefined || row.value.status === ContainerInstanceStatus.INACTIVE) {
      throw ecsError('attributeTarget', { target: attribute.target })
    }
    const target = targets.get(id) ?? { row, attributes: [] }
    target.attributes.push(attribute)
    targets.set(id, target)
  }
  return [...targets.values()]
}
