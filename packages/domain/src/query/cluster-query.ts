/**
 * The cluster query language: which instances a `memberOf` constraint or a list filter selects.
 *
 * Model: text → tree → one predicate, built once and asked for every instance. A negative operator is exactly
 * the complement of its positive one, also where the subject is missing: an instance without an attribute
 * satisfies `attribute:x != y`. `task:group` holds when any task of the instance is in the group.
 * Patterns match the whole value. They are what Java's and JavaScript's regular expressions have in common;
 * look-around, back-references, flags and possessive quantifiers are refused.
 */
import { required } from '@homeport/base'
import { parseQueryExpression } from './parser.ts'
import { compilePattern } from './pattern.ts'
import {
  parseQueryTime,
  type QueryExpression,
  type QueryOperator,
  type QuerySubject,
  QuerySyntaxError,
  type QueryTest,
} from './syntax.ts'

/** What a query may ask of an instance. */
export interface QueriedInstance {
  readonly agentConnected: boolean
  /** As `1.98.0`. */
  readonly agentVersion: string
  /** What ECS calls the EC2 instance id; for own machines `mi-…`. */
  readonly ec2InstanceId: string
  /** Milliseconds since the epoch. */
  readonly registeredAtMs: number
  readonly runningTasksCount: number
  /** Its value, empty when it has none; `undefined`: the instance lacks the attribute. */
  attributeValue(name: string): string | undefined
  /** The groups of the tasks bound to it. */
  taskGroups(): Iterable<string>
}

/** A query, ready to be asked. */
export type ClusterQuery = (instance: QueriedInstance) => boolean

/** What a text is. */
export type ParsedClusterQuery =
  | {
      readonly kind: 'query'
      readonly query: ClusterQuery
      /** Whether it asks for nothing but attributes. */
      readonly isOnAttributes: boolean
    }
  /** `message` is the text of an InvalidParameterException. */
  | { readonly kind: 'invalid'; readonly message: string }

/** Longest expression that ECS takes. */
export const CLUSTER_QUERY_LENGTH_MAX = 2000

/** Reads a query; never throws on any text. */
export function parseClusterQuery(text: string): ParsedClusterQuery {
  if (text.length > CLUSTER_QUERY_LENGTH_MAX) {
    return invalid(text.slice(0, 40), `longer than ${CLUSTER_QUERY_LENGTH_MAX} characters`)
  }
  try {
    const expression = parseQueryExpression(text)
    return { kind: 'query', query: compile(expression), isOnAttributes: asksOnlyAttributes(expression) }
  } catch (error) {
    if (error instanceof QuerySyntaxError) return invalid(text, error.why)
    throw error
  }
}

const invalid = (text: string, why: string): ParsedClusterQuery => ({
  kind: 'invalid',
  message: `Invalid expression '${text}': ${why}.`,
})

function asksOnlyAttributes(expression: QueryExpression): boolean {
  switch (expression.kind) {
    case 'test':
      return expression.subject.kind === 'attribute'
    case 'not':
      return asksOnlyAttributes(expression.operand)
    case 'and':
    case 'or':
      return asksOnlyAttributes(expression.left) && asksOnlyAttributes(expression.right)
  }
}

function compile(expression: QueryExpression): ClusterQuery {
  switch (expression.kind) {
    case 'test':
      return compileTest(expression)
    case 'not': {
      const operand = compile(expression.operand)
      return (instance) => !operand(instance)
    }
    case 'and': {
      const [left, right] = [compile(expression.left), compile(expression.right)]
      return (instance) => left(instance) && right(instance)
    }
    case 'or': {
      const [left, right] = [compile(expression.left), compile(expression.right)]
      return (instance) => left(instance) || right(instance)
    }
  }
}

const POSITIVE = {
  not_equals: 'equals',
  not_exists: 'exists',
  not_in: 'in',
  not_matches: 'matches',
} as const

function compileTest(test: QueryTest): ClusterQuery {
  const { operator } = test
  if (Object.hasOwn(POSITIVE, operator)) {
    const positive = compileTest({ ...test, operator: POSITIVE[operator as keyof typeof POSITIVE] })
    return (instance) => !positive(instance)
  }
  const accepts = compileAcceptance(test)
  if (test.subject.kind === 'group') {
    return (instance) => {
      for (const group of instance.taskGroups()) if (accepts(group)) return true
      return false
    }
  }
  const read = readerOf(test.subject)
  return (instance) => {
    const value = read(instance)
    return value !== undefined && accepts(value)
  }
}

function readerOf(
  subject: Exclude<QuerySubject, { kind: 'group' }>,
): (instance: QueriedInstance) => string | undefined {
  switch (subject.kind) {
    case 'attribute':
      return (instance) => instance.attributeValue(subject.name)
    case 'agentConnected':
      return (instance) => String(instance.agentConnected)
    case 'agentVersion':
      return (instance) => instance.agentVersion
    case 'ec2InstanceId':
      return (instance) => instance.ec2InstanceId
    case 'registeredAt':
      return (instance) => String(instance.registeredAtMs)
    case 'runningTasksCount':
      return (instance) => String(instance.runningTasksCount)
  }
}

/** Whether a value whose order relative to the argument is `order` is accepted; NaN never is. */
const ACCEPTED_ORDERS: Readonly<Partial<Record<QueryOperator, (order: number) => boolean>>> = {
  equals: (order) => order === 0,
  greater_than: (order) => order > 0,
  greater_than_equal: (order) => order >= 0,
  less_than: (order) => order < 0,
  less_than_equal: (order) => order <= 0,
}

/** What a value must be, for one of the positive operators. */
function compileAcceptance({ subject, operator, values }: QueryTest): (value: string) => boolean {
  const [wanted = ''] = values
  if (operator === 'exists') return () => true
  if (operator === 'in') return (value) => values.includes(value)
  if (operator === 'matches') return compilePattern(wanted)
  const isText = subject.kind === 'attribute' || subject.kind === 'group'
  if (operator === 'equals' && isText) return (value) => value === wanted
  const accepts = required(ACCEPTED_ORDERS[operator], `comparison for ${operator}`)
  return (value) => accepts(compareAs(subject, value, wanted))
}

/** Negative, zero or positive as in a sort; NaN, which no comparison accepts, when there is no order. */
function compareAs(subject: QuerySubject, value: string, wanted: string): number {
  if (subject.kind === 'agentVersion') return compareVersions(value, wanted)
  if (subject.kind === 'registeredAt') return Number(value) - parseQueryTime(wanted)
  if (subject.kind === 'attribute' || subject.kind === 'runningTasksCount') {
    return value.trim() === '' ? Number.NaN : Number(value) - Number(wanted)
  }
  return value === wanted ? 0 : Number.NaN
}

/** By numeric parts; a missing part counts as 0. */
function compareVersions(first: string, second: string): number {
  const [left, right] = [first.split('.').map(Number), second.split('.').map(Number)]
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
