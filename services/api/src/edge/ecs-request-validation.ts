import { ecsValidation, type ValidationPolicy } from '@homeport/aws-wire'

/** Operations whose checks word a missing member of the input itself otherwise than ECS does elsewhere. */
const ACTIONS_WORD_REQUIRED: ReadonlySet<string> = new Set([
  'DeleteCluster',
  'DescribeContainerInstances',
  'DescribeServices',
  'DescribeTasks',
  'RegisterTaskDefinition',
])

const asEcs = ecsValidation()

/** ECS's words for inputs that break the model; a few missing members are left to the actions. */
export const ecsRequestValidation: ValidationPolicy = (violations, operation) => {
  const isLeft = ACTIONS_WORD_REQUIRED.has(operation)
  const worded = violations.filter(({ kind, depth }) => !isLeft || kind !== 'required' || depth > 0)
  return worded.length === 0 ? undefined : asEcs(worded, operation)
}
