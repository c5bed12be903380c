/**
 * Instances with equal attributes are one class, and what depends on attributes alone is asked once per class.
 */
import type { QueriedInstance } from '../../query/cluster-query.ts'
import type { PlacementQuery } from '../rules.ts'

/** One set of attributes. */
export interface AttributeClass {
  /** Dense, from 0, in the order of first use. */
  readonly id: number
  readonly attributes: ReadonlyMap<string, string>
}

/** An instance that knows its class. */
export interface ClassifiedInstance extends QueriedInstance {
  readonly attributeClass: AttributeClass
}

/** Questions of a kind whose answers are kept: those of as many kinds of tasks. */
const QUESTIONS_MAX = 256

const UNKNOWN = 0
const NO = 1
const YES = 2

/** A question to instances, answered once per class. */
export class ClassQuestion {
  readonly #ask: (record: ClassifiedInstance) => boolean
  #answers: Uint8Array = new Uint8Array(16)

  constructor(ask: (record: ClassifiedInstance) => boolean) {
    this.#ask = ask
  }

  /** The answer for the record, which is that of its class. */
  holds(record: ClassifiedInstance): boolean {
    const { id } = record.attributeClass
    const known = this.#answers[id] ?? UNKNOWN
    return known === UNKNOWN ? this.#learn(record, id) : known === YES
  }

  #learn(record: ClassifiedInstance, id: number): boolean {
    if (id >= this.#answers.length) {
      const grown = new Uint8Array(2 * id)
      grown.set(this.#answers)
      this.#answers = grown
    }
    const holds = this.#ask(record)
    this.#answers[id] = holds ? YES : NO
    return holds
  }
}

/** The classes of one cluster. Classes are never given up: a pool that has seen too many starts anew. */
export class AttributeClasses {
  readonly #classes = new Map<string, AttributeClass>()
  /** By the names, one a line. */
  readonly #required = new Map<string, ClassQuestion>()
  /** By expression. */
  readonly #queries = new Map<string, ClassQuestion>()

  /** Classes seen. */
  get count(): number {
    return this.#classes.size
  }

  /** The class of these attributes; of equal names the last counts. */
  classOf(attributes: readonly { readonly name: string; readonly value: string }[]): AttributeClass {
    const byName = new Map(attributes.map(({ name, value }) => [name, value]))
    const signature = JSON.stringify([...byName].toSorted(([left], [right]) => (left < right ? -1 : 1)))
    const existing = this.#classes.get(signature)
    if (existing !== undefined) return existing
    const created = { id: this.#classes.size, attributes: byName }
    this.#classes.set(signature, created)
    return created
  }

  /** Whether instances have all these attributes; `undefined`: there are none to have. */
  hasAll(names: readonly string[]): ClassQuestion | undefined {
    const [first] = names
    if (first === undefined) return undefined
    const key = names.length === 1 ? first : names.join('\n')
    return (
      this.#required.get(key) ??
      remember(this.#required, key, ({ attributeClass: { attributes } }) =>
        names.every((name) => attributes.has(name)),
      )
    )
  }

  /** Whether instances satisfy a query, which must be on attributes alone. */
  satisfies({ expression, query }: PlacementQuery): ClassQuestion {
    return this.#queries.get(expression) ?? remember(this.#queries, expression, query)
  }
}

/** Keeps a new question, and at most `QUESTIONS_MAX`: the one that is known longest goes. */
function remember(
  questions: Map<string, ClassQuestion>,
  key: string,
  ask: (record: ClassifiedInstance) => boolean,
): ClassQuestion {
  if (questions.size === QUESTIONS_MAX) {
    const [oldest = ''] = questions.keys()
    questions.delete(oldest)
  }
  const created = new ClassQuestion(ask)
  questions.set(key, created)
  return created
}
