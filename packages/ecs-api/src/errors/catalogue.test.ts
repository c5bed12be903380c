/** Goal: the catalogue, the model and docs/reference/errors.md say the same. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as sdk from '@aws-sdk/client-ecs'
import { describe, expect, it } from 'vitest'
import { type EcsErrorEntry, ecsErrorEntries } from './catalogue.ts'
import { ecsError } from './ecs-error.ts'

const ROOT = join(import.meta.dirname, '../../../..')

/** Errors that AWS's front ends give for any service. */
const COMMON_CODES = new Set(['ThrottlingException'])

const operations = new Set(Object.keys(sdk).flatMap((name) => /^([A-Z]\w+)Command$/.exec(name)?.[1] ?? []))

const bySort = (entries: EcsErrorEntry[]): EcsErrorEntry[] =>
  entries.toSorted(
    (first, second) => first.code.localeCompare(second.code) || first.message.localeCompare(second.message),
  )

const cell = (text: string): string => text.replaceAll('|', '\\|')

function documentOf(entries: EcsErrorEntry[]): string {
  const rows = bySort(entries).map(
    ({ code, message, operations: where, wording }) =>
      `| \`${code}\` | ${cell(message)} | ${wording === 'ecs' ? 'ECS' : 'Homeport'} | ${where.split(' ').join(', ')} |`,
  )
  return `# Errors of the ECS api

Generated from \`packages/ecs-api/src/errors\` by \`npx vitest run packages/ecs-api --update\`; do not edit. Placeholders are
written \`{name}\`. "ECS" in the column *words* means that ECS is known, from users' reports or AWS's documentation, to
answer so; "Homeport" that its words are not public, or that ECS has no such refusal. Errors of the wire itself
(signatures, malformed JSON, enum values) are in [the wire layer](../design/aws-wire.md).

| code | message | words | operations |
|---|---|---|---|
${rows.join('\n')}
`
}

describe('the error catalogue', () => {
  it('is what docs/reference/errors.md says', async () => {
    await expect(documentOf(ecsErrorEntries())).toMatchFileSnapshot(join(ROOT, 'docs/reference/errors.md'))
  })

  it('names codes and operations of the model only', () => {
    for (const { code, operations: where, id } of ecsErrorEntries()) {
      expect(COMMON_CODES.has(code) || Object.hasOwn(sdk, code), `code of ${id}`).toBe(true)
      const named = where === 'all' ? [] : where.split(' ')
      expect(
        named.filter((name) => !operations.has(name)),
        `operations of ${id}`,
      ).toEqual([])
    }
  })

  it('has no entry that nothing throws', () => {
    const sources = globSync('{packages/ecs-api,services/api}/src/**/*.ts', { cwd: ROOT })
      .filter((path) => !path.includes('/errors/') && !path.endsWith('.test.ts'))
      .map((path) => readFileSync(join(ROOT, path), 'utf8'))
      .join('\n')
    const unused = ecsErrorEntries().filter(({ id }) => !sources.includes(`'${id}'`))
    expect(unused.map(({ id }) => id)).toEqual([])
  })
})

it('ecsError fills placeholders and keeps code, members and cause', () => {
  const cause = new Error('why')
  const error = ecsError('hostPortTwice', { protocol: 'TCP', port: 80 }, { members: { a: 1 }, cause })
  expect(error).toMatchObject({
    code: 'ClientException',
    message: "TCP host port '80' is mapped multiple times in task.",
    members: { a: 1 },
    cause,
    retryable: false,
  })
  expect(ecsError('throttled').retryable).toBe(true)
})
