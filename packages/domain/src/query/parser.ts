import { compilePattern } from './pattern.ts'
import { Scanner, type Token } from './scanner.ts'
import {
  OPERATOR_OF_SPELLING,
  OPERATORS_OF_SUBJECT,
  parseQueryTime,
  type QueryExpression,
  type QueryOperator,
  type QuerySubject,
  type QuerySyntaxError,
  type QueryTest,
  unreadable,
} from './syntax.ts'

/**
 * Reads a query as a tree: `or` binds weaker than `and`, `and` weaker than `not`, equals group to the left.
 * @throws {QuerySyntaxError} when `text` is no query.
 */
export function parseQueryExpression(text: string): QueryExpression {
  const scanner = new Scanner(text)
  const expression = parseOr(scanner)
  const rest = scanner.next()
  if (rest.kind !== 'end') throw unexpected(rest, 'the end')
  return expression
}

function parseOr(scanner: Scanner): QueryExpression {
  let left = parseAnd(scanner)
  while (takeWord(scanner, '||', 'or')) left = { kind: 'or', left, right: parseAnd(scanner) }
  return left
}

function parseAnd(scanner: Scanner): QueryExpression {
  let left = parseNot(scanner)
  while (takeWord(scanner, '&&', 'and')) left = { kind: 'and', left, right: parseNot(scanner) }
  return left
}

function parseNot(scanner: Scanner): QueryExpression {
  if (takeWord(scanner, '!', 'not')) return { kind: 'not', operand: scanner.nested(() => parseNot(scanner)) }
  if (!takeWord(scanner, '(')) return parseTest(scanner)
  const inner = scanner.nested(() => parseOr(scanner))
  const closing = scanner.next()
  if (closing.text !== ')' || closing.kind !== 'symbol') throw unexpected(closing, ')')
  return inner
}

/** Takes the next token when it is one of `spellings`, which are never quoted. */
function takeWord(scanner: Scanner, ...spellings: string[]): boolean {
  const token = scanner.peek()
  if (token.kind === 'quoted' || !spellings.includes(token.text)) return false
  scanner.next()
  return true
}

function parseTest(scanner: Scanner): QueryTest {
  const subject = parseSubject(scanner.next())
  const operator = parseOperator(scanner)
  if (!OPERATORS_OF_SUBJECT[subject.kind].includes(operator)) {
    throw unreadable(`operator ${operator} cannot be used with ${nameOf(subject)}`)
  }
  const values = parseArguments(scanner, operator)
  return {
    kind: 'test',
    subject,
    operator,
    values: values.map((value) => checkValue(subject, operator, value)),
  }
}

const PLAIN_SUBJECTS = [
  'agentConnected',
  'agentVersion',
  'ec2InstanceId',
  'registeredAt',
  'runningTasksCount',
]

function parseSubject(token: Token): QuerySubject {
  if (token.kind === 'word') {
    if (token.text === 'task:group') return { kind: 'group' }
    if (PLAIN_SUBJECTS.includes(token.text)) return { kind: token.text } as QuerySubject
    const name = /^attribute:(.+)$/.exec(token.text)?.[1]
    if (name !== undefined) return { kind: 'attribute', name }
  }
  throw unexpected(token, 'a subject (attribute:NAME, task:group, agentConnected and the like)')
}

const nameOf = (subject: QuerySubject): string => {
  if (subject.kind === 'attribute') return `attribute:${subject.name}`
  return subject.kind === 'group' ? 'task:group' : subject.kind
}

function parseOperator(scanner: Scanner): QueryOperator {
  const token = scanner.next()
  // `!exists` and `!in` are two tokens, so that `!(…)` and `!attribute:x exists` need no special case.
  const spelling = token.text === '!' ? `!${scanner.next().text}` : token.text
  const operator = token.kind === 'quoted' ? undefined : OPERATOR_OF_SPELLING.get(spelling)
  if (operator === undefined) throw unexpected({ ...token, text: spelling }, 'an operator')
  return operator
}

function parseArguments(scanner: Scanner, operator: QueryOperator): string[] {
  if (operator === 'exists' || operator === 'not_exists') return []
  if (operator === 'in' || operator === 'not_in') return parseList(scanner)
  const isPattern = operator === 'matches' || operator === 'not_matches'
  return [literal(isPattern ? scanner.nextPattern() : scanner.next())]
}

function parseList(scanner: Scanner): string[] {
  const opening = scanner.next()
  if (opening.kind !== 'symbol' || opening.text !== '[') throw unexpected(opening, '[')
  const values = [literal(scanner.next())]
  while (takeWord(scanner, ',')) values.push(literal(scanner.next()))
  const closing = scanner.next()
  if (closing.kind !== 'symbol' || closing.text !== ']') throw unexpected(closing, ', or ]')
  return values
}

function literal(token: Token): string {
  if (token.kind === 'word' || token.kind === 'quoted') return token.text
  throw unexpected(token, 'a value')
}

const ORDERING: readonly QueryOperator[] = [
  'greater_than',
  'greater_than_equal',
  'less_than',
  'less_than_equal',
]

function checkValue(subject: QuerySubject, operator: QueryOperator, value: string): string {
  const isPattern = operator === 'matches' || operator === 'not_matches'
  if (isPattern) compilePattern(value)
  const isNumber =
    subject.kind === 'runningTasksCount' || (subject.kind === 'attribute' && ORDERING.includes(operator))
  const refuse = (constraint: string): never => {
    throw unreadable(`${nameOf(subject)} is compared with ${constraint}, received "${value}"`)
  }
  if (isNumber && !Number.isFinite(Number(value))) refuse('a number')
  if (subject.kind === 'registeredAt' && Number.isNaN(parseQueryTime(value))) refuse('a date')
  if (subject.kind === 'agentConnected' && !isPattern && !/^(true|false)$/.test(value))
    refuse('true or false')
  return value
}

const unexpected = (token: Token, wanted: string): QuerySyntaxError =>
  unreadable(
    token.kind === 'end'
      ? `expected ${wanted}, received the end`
      : `expected ${wanted} at ${token.offset + 1}, received "${token.text}"`,
  )
