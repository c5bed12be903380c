import { describe, expect, it } from 'vitest'
import { parseAppendReply } from './append-reply.ts'

const reply = (text: string, code?: number): Parameters<typeof parseAppendReply>[0] => ({
  data: new TextEncoder().encode(text),
  string: () => text,
  ...(code === undefined ? {} : { headers: { code } as never }),
})

describe('parseAppendReply', () => {
  it.each([
    ['appended', '{"stream":"S","seq":7}', { kind: 'appended', sequence: 7 }],
    [
      'wrong last sequence with where the log ends',
      '{"error":{"code":400,"err_code":10071,"description":"wrong last sequence: 12"}}',
      { kind: 'wrongLastSequence', actualSequence: 12 },
    ],
    [
      'wrong last sequence without a number',
      '{"error":{"code":400,"err_code":10164,"description":"wrong last sequence"}}',
      { kind: 'wrongLastSequence', actualSequence: undefined },
    ],
    [
      'unclear',
      '{"error":{"code":503,"err_code":10077,"description":"insufficient storage"}}',
      { kind: 'unclear', reason: 'JetStream refused: insufficient storage (10077)' },
    ],
    ['unclear', '{"stream":"S"}', { kind: 'unclear', reason: 'an answer without a sequence' }],
    ['unclear', 'hello', { kind: 'unclear', reason: 'not an answer of JetStream, received hello' }],
  ])('parseAppendReply gives %s when the server says %s', (_name, text, outcome) => {
    expect(parseAppendReply(reply(text))).toEqual(outcome)
  })

  it('parseAppendReply gives unclear when nobody listens', () => {
    expect(parseAppendReply(reply('', 503))).toEqual({ kind: 'unclear', reason: 'no responders' })
  })
})
