import { ecsError } from '../errors/ecs-error.ts'

/** An attribute as requests carry it. */
export interface RequestAttribute {
  readonly name?: string | undefined
  readonly value?: string | undefined
  readonly targetType?: string | undefined
  readonly targetId?: string | undefined
}

/** An attribute whose name and value are ones that users may put. */
export interface CheckedAttribute {
  readonly name: string
  /** Empty: no value. */
  readonly value: string
  /** Id or ARN of a container instance. */
  readonly target: string
}

/** ECS takes at most so many attributes in one request. */
export const REQUEST_ATTRIBUTES_MAX = 10

/** ECS's limit of attributes that are not its own. */
export const CUSTOM_ATTRIBUTES_MAX = 10

const NAME = /^[a-zA-Z0-9_.\-/\\]{1,128}$/
const VALUE = /^[a-zA-Z0-9_.\-/\\@: ]{0,128}$/
const RESERVED = /^(ecs|com\.amazonaws\.ecs)\./

/** Whether an attribute is one of the agent's own, which users neither put nor delete. */
export const isReservedAttribute = (name: string): boolean => RESERVED.test(name)

/**
 * Checks the attributes that a user puts on instances or takes from them.
 * @throws {EcsError} about the first one that is wrong, or when there are none or too many.
 */
export function checkAttributes(attributes: readonly RequestAttribute[] | undefined): CheckedAttribute[] {
  if (attributes === undefined || attributes.length === 0) throw ecsError('listEmpty', { list: 'Attributes' })
  if (attributes.length > REQUEST_ATTRIBUTES_MAX) {
    throw ecsError('listTooLong', { list: 'Attributes', maximum: REQUEST_ATTRIBUTES_MAX })
  }
  return attributes.map(checkAttribute)
}

function checkAttribute({
  name = '',
  value = '',
  targetType,
  targetId = '',
}: RequestAttribute): CheckedAttribute {
  if (!NAME.test(name) || isReservedAttribute(name)) throw ecsError('attributeName', { name })
  if (!VALUE.test(value) || value.trim() !== value) throw ecsError('attributeValue', { name })
  if (targetId === '') throw ecsError('memberBlank', { member: 'Target id' })
  if (targetType === undefined && !targetId.startsWith('arn:')) {
    throw ecsError('attributeTargetType', { target: targetId })
  }
  return { name, value, target: targetId }
}
