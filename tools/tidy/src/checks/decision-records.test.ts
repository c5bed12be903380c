import { expect, test } from 'vitest'
import { decisionRecords } from './decision-records.ts'

const record = (
  number: string,
  text = `# ${number}: x\n\n**Context.** a\n\n**Decision.** b\n\n**Consequences.** c\n`,
) => ({
  path: `docs/decisions/${number}-some-choice.md`,
  text,
})

test('decisionRecords accepts records when they follow each other in form', () => {
  const index = { path: 'docs/decisions/README.md', text: '# Decisions' }
  expect(decisionRecords([record('0001'), record('0002'), index])).toEqual([])
})

test('decisionRecords reports a record when its number repeats or skips one', () => {
  expect(decisionRecords([record('0001'), record('0003')])).toMatchObject([{ path: record('0003').path }])
  expect(decisionRecords([record('0001'), record('0001')])).toHaveLength(1)
})

test('decisionRecords reports a record when its name, title or a part is missing', () => {
  const unnamed = { ...record('0001'), path: 'docs/decisions/Some_Choice.md' }
  expect(decisionRecords([unnamed])).toHaveLength(1)
  expect(decisionRecords([record('0001', record('0002').text)])).toHaveLength(1)
  for (const part of ['Context', 'Decision', 'Consequences']) {
    const { text } = record('0001')
    expect(decisionRecords([record('0001', text.replace(`**${part}.**`, part))]), part).toHaveLength(1)
  }
})
