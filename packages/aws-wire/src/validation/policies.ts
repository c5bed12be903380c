import { ApiError } from '../api-error.ts'
import type { ValidationPolicy, Violation } from './violation.ts'

/** Options of `ecsValidation`. */
export interface EcsValidationOptions {
  /**
   * Operations whose handlers see incomplete inputs and word every refusal themselves; their enum
   * values are still checked. Default none.
   */
  readonly handlersWordRequired?: readonly string[]
}

/**
 * Refuses as ECS does: one complaint at a time, about the first violation. ECS says
 * `InvalidParameterException: Family can not be blank.` of the input's own members,
 * `ClientException: Container.name should not be null or empty.` of nested ones and
 * `ClientException: launch type should be one of [EC2,FARGATE]` of enums. These were gathered from
 * users' reports; where ECS words an operation's refusal otherwise, its handler takes over.
 */
export function ecsValidation(options: EcsValidationOptions = {}): ValidationPolicy {
  const handlersWord = new Set(options.handlersWordRequired)
  return (violations, operation) => {
    const first = violations.find(({ kind }) => kind !== 'required' || !handlersWord.has(operation))
    return first === undefined ? undefined : ecsError(first)
  }
}

/** Structures that ECS's messages call by another name than the model's. */
const ECS_STRUCTURE_WORDS: Readonly<Record<string, string>> = { ContainerDefinition: 'Container' }

function ecsError(violation: Violation): ApiError {
  if (violation.kind === 'enum') {
    return new ApiError(
      'ClientException',
      `${spaced(violation.member)} should be one of [${violation.allowed.join(',')}]`,
    )
  }
  if (violation.depth === 0) {
    const words = spaced(violation.member)
    return new ApiError(
      'InvalidParameterException',
      `${words.charAt(0).toUpperCase()}${words.slice(1)} can not be blank.`,
    )
  }
  const structure = ECS_STRUCTURE_WORDS[violation.structure] ?? violation.structure
  return new ApiError('ClientException', `${structure}.${violation.member} should not be null or empty.`)
}

/** `launchType` → `launch type`. */
function spaced(member: string): string {
  return member.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}

/**
 * Refuses as most AWS services do: `ValidationException` (`ValidationError` under query) with
 * `2 validation errors detected: Value … at '…' failed to satisfy constraint: …; …`.
 * @param code the service's own error code for it. Default `ValidationException`.
 */
export function commonValidation(code: string = 'ValidationException'): ValidationPolicy {
  return (violations) => {
    const texts = violations.map(commonText)
    const count = `${texts.length} validation error${texts.length === 1 ? '' : 's'} detected`
    return new ApiError(code, `${count}: ${texts.join('; ')}`)
  }
}

function commonText(violation: Violation): string {
  if (violation.kind === 'required') {
    return `Value null at '${violation.path}' failed to satisfy constraint: Member must not be null`
  }
  return (
    `Value '${violation.value}' at '${violation.path}' failed to satisfy constraint: ` +
    `Member must satisfy enum value set: [${violation.allowed.join(', ')}]`
  )
}
