import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ParsedClusterQuery, parseClusterQuery, type QueriedInstance } from './cluster-query.ts'

interface Fields extends Partial<Omit<QueriedInstance, 'attributeValue' | 'taskGroups'>> {
  readonly attributes?: Record<string, string>
  readonly groups?: string[]
}

const instanceOf = ({ attributes = {}, groups = [], ...fields }: Fields): QueriedInstance => ({
  agentConnected: true,
  agentVersion: '1.98.0',
  ec2InstanceId: 'mi-0123456789abcdef0',
  registeredAtMs: Date.UTC(2026, 10, 1),
  runningTasksCount: 2,
  ...fields,
  attributeValue: (name) => attributes[name],
  taskGroups: () => groups,
})

const ask = (text: string, fields: Fields): boolean => {
  const parsed = parseClusterQuery(text)
  if (parsed.kind === 'invalid') throw new Error(parsed.message)
  return parsed.query(instanceOf(fields))
}

const small = { attributes: { 'ecs.instance-type': 't2.small', rank: '10', stack: '' } }

describe('parseClusterQuery', () => {
  test.each([
    ['attribute:ecs.instance-type == t2.small', small, true],
    ['attribute:ecs.instance-type equals "t2.small"', small, true],
    ['attribute:ecs.instance-type != t2.small', small, false],
    ['attribute:absent != t2.small', small, true],
    ['attribute:ecs.instance-type =~ t2.*', small, true],
    ['attribute:ecs.instance-type matches t2', small, false],
    ['attribute:ecs.instance-type =~ (t2|t3).[a-z]+ && attribute:stack exists', small, true],
    ['(attribute:ecs.instance-type =~ t(2|3).*)', small, true],
    ['attribute:ecs.instance-type !~ g2.*', small, true],
    ['attribute:ecs.instance-type in [t2.micro, t2.small]', small, true],
    ['attribute:ecs.instance-type not_in [t2.micro,t2.small]', small, false],
    ['attribute:ecs.instance-type !in [t2.micro]', small, true],
    ['attribute:stack exists', small, true],
    ['attribute:stack !exists', small, false],
    ['!attribute:other exists', small, true],
    ['attribute:rank > 9', small, true],
    ['attribute:rank less_than_equal 9', small, false],
    ['attribute:ecs.instance-type > 9', small, false],
    ['attribute:stack < 9', small, false],
    ['task:group == service:web', { groups: ['family:x', 'service:web'] }, true],
    ['not(task:group == service:web)', { groups: ['service:web'] }, false],
    ['agentConnected == false', { agentConnected: false }, true],
    ['agentVersion < 1.100.0', {}, true],
    ['agentVersion >= 1.98', {}, true],
    ['ec2InstanceId in [mi-0123456789abcdef0]', {}, true],
    ['registeredAt > 2026-10-31T23:59:59Z', {}, true],
    ['registeredAt == 2026-11-01T00:00:00', {}, true],
    ['registeredAt <= 2026-10-31', {}, false],
    ['runningTasksCount == 2', {}, true],
    ['runningTasksCount == 0 or runningTasksCount >= 2 and agentConnected == true', {}, true],
  ] as [string, Fields, boolean][])(
    'parseClusterQuery selects rightly when asked %s',
    (text, fields, expected) => {
      expect(ask(text, fields)).toBe(expected)
    },
  )

  test.each([
    ['', 'expected a subject'],
    ['attribute:a', 'expected an operator'],
    ['attribute:a ==', 'expected a value, received the end'],
    ['attribute:a == b c', 'expected the end at 18'],
    ['attribute:a in b', 'expected [ at 16'],
    ['attribute:a in [b', 'expected , or ], received the end'],
    ['(attribute:a exists', 'expected ), received the end'],
    ["attribute:a == 'b", "missing ' for the one at 16"],
    ['attribute:a =~ [z', 'not a regular expression'],
    ['attribute:a > high', 'compared with a number'],
    ['registeredAt > yesterday', 'compared with a date'],
    ['agentConnected == maybe', 'true or false'],
    ['runningTasksCount in [1]', 'operator in cannot be used with runningTasksCount'],
    ['colour == red', 'expected a subject'],
    ['attribute:a == b & attribute:c == d', 'unexpected "&"'],
    [`${'('.repeat(101)}attribute:a exists`, 'more than 100 parentheses or negations in each other'],
    [`${'!'.repeat(1900)}attribute:a exists`, 'more than 100 parentheses or negations in each other'],
    [`attribute:a =~ ${'('.repeat(900)}a${')'.repeat(900)}`, 'is not a regular expression'],
    [`attribute:a == ${'b'.repeat(2000)}`, 'longer than 2000 characters'],
  ])('parseClusterQuery explains itself when given %s', (text, why) => {
    const parsed = parseClusterQuery(text) as Extract<ParsedClusterQuery, { kind: 'invalid' }>
    expect(parsed.kind).toBe('invalid')
    expect(parsed.message).toContain(why)
  })

  test('parseClusterQuery never throws when given any text', () => {
    const pieces = fc.constantFrom(
      'attribute:a',
      '==',
      'in',
      '[',
      ']',
      '(',
      ')',
      '!',
      'not',
      'or',
      ',',
      'x',
      '=~',
      '"',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces).map((list) => list.join(' ')),
        ),
        (text) => {
          expect(['query', 'invalid']).toContain(parseClusterQuery(text).kind)
        },
      ),
    )
  })
})

/**
 * Goal: precedence, spellings and negation are right for every shape of query.
 * Method: random trees are written as text, with parentheses only where precedence needs them, and evaluated
 * twice: by the compiled query, and by an oracle that walks the tree with the truth of each leaf.
 */
type Tree =
  | { kind: 'leaf'; name: string; value: string; negative: boolean }
  | { kind: 'not'; inner: Tree }
  | { kind: 'and' | 'or'; left: Tree; right: Tree }

const NAMES = ['a', 'b', 'c']

const trees: fc.Arbitrary<Tree> = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({
      kind: fc.constant('leaf' as const),
      name: fc.constantFrom(...NAMES),
      value: fc.constantFrom('1', '2'),
      negative: fc.boolean(),
    }),
    fc.record({ kind: fc.constant('not' as const), inner: tie('tree') }),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      left: tie('tree'),
      right: tie('tree'),
    }),
  ),
})).tree

const BINDING = { or: 0, and: 1, not: 2, leaf: 3 } as const

/** `choose(n)` picks one of n spellings. */
function write(tree: Tree, choose: (count: number) => number): string {
  const below = (inner: Tree, least: number): string =>
    BINDING[inner.kind] < least ? `(${write(inner, choose)})` : write(inner, choose)
  if (tree.kind === 'leaf') {
    const operators = tree.negative ? ['!=', 'not_equals'] : ['==', 'equals']
    return `attribute:${tree.name} ${operators[choose(2)]} ${tree.value}`
  }
  if (tree.kind === 'not') return `${['!', 'not '][choose(2)]}${below(tree.inner, BINDING.not)}`
  const words = tree.kind === 'and' ? ['&&', 'and'] : ['||', 'or']
  return `${below(tree.left, BINDING[tree.kind])} ${words[choose(2)]} ${below(tree.right, BINDING[tree.kind] + 1)}`
}

function oracle(tree: Tree, attributes: Record<string, string>): boolean {
  if (tree.kind === 'leaf') return (attributes[tree.name] === tree.value) !== tree.negative
  if (tree.kind === 'not') return !oracle(tree.inner, attributes)
  const [left, right] = [oracle(tree.left, attributes), oracle(tree.right, attributes)]
  return tree.kind === 'and' ? left && right : left || right
}

test('parseClusterQuery agrees with the oracle when queries nest', () => {
  const attributes = fc.dictionary(fc.constantFrom(...NAMES), fc.constantFrom('1', '2'))
  fc.assert(
    fc.property(trees, attributes, fc.infiniteStream(fc.nat(1)), (tree, values, choices) => {
      const text = write(tree, () => choices.next().value)
      fc.pre(text.length <= 2000)
      expect({ text, selected: ask(text, { attributes: values }) }).toEqual({
        text,
        selected: oracle(tree, values),
      })
    }),
    { numRuns: 300 },
  )
})
