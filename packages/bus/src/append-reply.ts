import type { Msg } from '@nats-io/nats-core'
import type { AppendOutcome } from './log-port.ts'

/** What JetStream answers to a published message. */
interface PublishAnswer {
  readonly seq?: number
  readonly error?: { readonly err_code?: number; readonly description?: string }
}

/** `wrong last sequence: N`; the second form is of a cluster that knows that another append is under way. */
const WRONG_LAST_SEQUENCE_CODES = new Set([10_071, 10_164])

/** No stream listens: JetStream is starting, or electing the stream's leader. */
const STATUS_NO_RESPONDERS = 503

/** Reads the answer to an append. What is not understood is unclear. */
export function parseAppendReply(message: Pick<Msg, 'data' | 'headers' | 'string'>): AppendOutcome {
  if (message.data.length === 0 && message.headers?.code === STATUS_NO_RESPONDERS) {
    return { kind: 'unclear', reason: 'no responders' }
  }
  let answer: PublishAnswer
  try {
    answer = JSON.parse(message.string()) as PublishAnswer
  } catch {
    return { kind: 'unclear', reason: `not an answer of JetStream, received ${message.string()}` }
  }
  return outcomeOf(answer)
}

function outcomeOf(answer: PublishAnswer): AppendOutcome {
  const { error, seq } = answer
  if (error === undefined) {
    if (seq !== undefined) return { kind: 'appended', sequence: seq }
    return { kind: 'unclear', reason: 'an answer without a sequence' }
  }
  const description = error.description ?? ''
  if (!WRONG_LAST_SEQUENCE_CODES.has(error.err_code ?? 0)) {
    return { kind: 'unclear', reason: `JetStream refused: ${description} (${error.err_code})` }
  }
  const actual = /: (\d+)$/.exec(description)?.[1]
  return { kind: 'wrongLastSequence', actualSequence: actual === undefined ? undefined : Number(actual) }
}
