import type { Attribute } from '@aws-sdk/client-ecs'
import { containerInstanceArn } from '@homeport/domain'
import type { ContainerInstance } from '@homeport/wire/types'
import { textOf } from './times.ts'

/** An attribute of an instance as ECS shows it; its target is always an ARN. */
export const attributeView = (
  instance: ContainerInstance,
  { name, value }: { readonly name: string; readonly value: string },
): Attribute => ({
  name,
  value: textOf(value),
  targetId: containerInstanceArn(instance, instance.cluster, instance.instanceId),
})
