/** What a cluster query says. Source: "Cluster query language" of the ECS developer guide. */

/** A comparison, by its word; the symbols are spellings of the same. */
export type QueryOperator =
  | 'equals'
  | 'not_equals'
  | 'greater_than'
  | 'greater_than_equal'
  | 'less_than'
  | 'less_than_equal'
  | 'exists'
  | 'not_exists'
  | 'in'
  | 'not_in'
  | 'matches'
  | 'not_matches'

/** What is compared. */
export type QuerySubject =
  | { readonly kind: 'attribute'; readonly name: string }
  | { readonly kind: 'group' }
  | { readonly kind: 'agentConnected' }
  | { readonly kind: 'agentVersion' }
  | { readonly kind: 'ec2InstanceId' }
  | { readonly kind: 'registeredAt' }
  | { readonly kind: 'runningTasksCount' }

/** One comparison. */
export interface QueryTest {
  readonly kind: 'test'
  readonly subject: QuerySubject
  readonly operator: QueryOperator
  /** None for `exists`, one or more for `in`, otherwise one. */
  readonly values: readonly string[]
}

/** A query as a tree. */
export type QueryExpression =
  | QueryTest
  | { readonly kind: 'not'; readonly operand: QueryExpression }
  | { readonly kind: 'and' | 'or'; readonly left: QueryExpression; readonly right: QueryExpression }

/** The text is no query. Caught by `parseClusterQuery`. */
export class QuerySyntaxError extends Error {
  override readonly name = 'QuerySyntaxError'
  /** What was expected where, and what is there instead. */
  readonly why: string

  constructor(why: string) {
    super(`Cannot read cluster query: ${why}`)
    this.why = why
  }
}

/** Parentheses and negations in each other, in a query and in a pattern: readers call themselves for each. */
export const NESTING_MAX = 100

/** The error to throw when a text is no query. */
export const unreadable = (why: string): QuerySyntaxError => new QuerySyntaxError(why)

/** The time that a `registeredAt` argument names, UTC unless it says otherwise; NaN when it is none. */
export const parseQueryTime = (text: string): number =>
  Date.parse(/T\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(text) ? `${text}Z` : text)

/** Every spelling of an operator. */
export const OPERATOR_OF_SPELLING: ReadonlyMap<string, QueryOperator> = new Map([
  ['==', 'equals'],
  ['equals', 'equals'],
  ['!=', 'not_equals'],
  ['not_equals', 'not_equals'],
  ['>', 'greater_than'],
  ['greater_than', 'greater_than'],
  ['>=', 'greater_than_equal'],
  ['greater_than_equal', 'greater_than_equal'],
  ['<', 'less_than'],
  ['less_than', 'less_than'],
  ['<=', 'less_than_equal'],
  ['less_than_equal', 'less_than_equal'],
  ['exists', 'exists'],
  ['!exists', 'not_exists'],
  ['not_exists', 'not_exists'],
  ['in', 'in'],
  ['!in', 'not_in'],
  ['not_in', 'not_in'],
  ['=~', 'matches'],
  ['matches', 'matches'],
  ['!~', 'not_matches'],
  ['not_matches', 'not_matches'],
])

const EQUALITY: readonly QueryOperator[] = ['equals', 'not_equals']
const ORDER: readonly QueryOperator[] = [
  ...EQUALITY,
  'greater_than',
  'greater_than_equal',
  'less_than',
  'less_than_equal',
]
const MEMBERSHIP: readonly QueryOperator[] = [...EQUALITY, 'in', 'not_in', 'matches', 'not_matches']
const EVERY: readonly QueryOperator[] = [...new Set(OPERATOR_OF_SPELLING.values())]

/** The operators that ECS allows with each subject. */
export const OPERATORS_OF_SUBJECT: Readonly<Record<QuerySubject['kind'], readonly QueryOperator[]>> = {
  attribute: EVERY,
  group: EVERY,
  agentConnected: MEMBERSHIP,
  agentVersion: ORDER,
  ec2InstanceId: MEMBERSHIP,
  registeredAt: ORDER,
  runningTasksCount: ORDER,
}
