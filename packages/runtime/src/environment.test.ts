import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Environment, EnvironmentError, readEnvironment } from './environment.ts'

/** What is wrong with `variables` when `read` reads them. */
function problemsOf(
  variables: Record<string, string>,
  read: (environment: Environment) => unknown,
): readonly string[] {
  try {
    readEnvironment(variables, read)
  } catch (error) {
    if (error instanceof EnvironmentError) return error.problems
    throw error
  }
  return []
}

describe('readEnvironment', () => {
  it('gives typed values when every variable is right', () => {
    const settings = readEnvironment(
      { NAME: 'x', PORT: '0', COUNT: '12', NAMES: ' a, b ,', LEVEL: 'warn', FLAG: 'true', SECRET: 's' },
      (environment) => ({
        name: environment.string('NAME'),
        port: environment.port('PORT', 80),
        count: environment.integer('COUNT', { minimum: 1, maximum: 12 }),
        names: environment.list('NAMES', []),
        level: environment.choice('LEVEL', ['info', 'warn'], 'info'),
        flag: environment.boolean('FLAG', false),
        secret: environment.secret('SECRET'),
      }),
    )
    expect(settings).toEqual({
      name: 'x',
      port: 0,
      count: 12,
      names: ['a', 'b'],
      level: 'warn',
      flag: true,
      secret: 's',
    })
  })

  it('uses the fallback when a variable is absent or empty', () => {
    const settings = readEnvironment({ NAME: '', NAMES: '' }, (environment) => ({
      name: environment.string('NAME', 'fallback'),
      names: environment.list('NAMES', ['one']),
      port: environment.port('PORT', 4566),
      optional: environment.optional('NAME'),
      secret: environment.optionalSecret('SECRET'),
    }))
    expect(settings).toEqual({
      name: 'fallback',
      names: ['one'],
      port: 4566,
      optional: undefined,
      secret: undefined,
    })
  })

  it('names every wrong variable when several are wrong', () => {
    const problems = problemsOf({ PORT: '65536', LEVEL: 'loud', ACCOUNT: '12' }, (environment) => ({
      name: environment.string('NAME'),
      port: environment.port('PORT', 80),
      level: environment.choice('LEVEL', ['info'], 'info'),
      account: environment.text('ACCOUNT', { pattern: /^\d{12}$/, constraint: 'must be twelve digits' }),
    }))
    expect(problems).toEqual([
      'Cannot use NAME: must be set, received nothing',
      'Cannot use PORT: must be an integer from 0 to 65535, received "65536"',
      'Cannot use LEVEL: must be one of info, received "loud"',
      'Cannot use ACCOUNT: must be twelve digits, received "12"',
    ])
  })

  it('names a wrong variable once when it is read twice', () => {
    const problems = problemsOf({}, (environment) => [environment.string('NAME'), environment.string('NAME')])
    expect(problems).toEqual(['Cannot use NAME: must be set, received nothing'])
  })

  it.each(['1.5', '1e3', ' 1', '0x10', 'ten', '-1'])('refuses the integer %j', (value) => {
    const problems = problemsOf({ COUNT: value }, (environment) =>
      environment.integer('COUNT', { minimum: 0, maximum: 5000 }),
    )
    expect(problems).toEqual([
      `Cannot use COUNT: must be an integer from 0 to 5000, received ${JSON.stringify(value)}`,
    ])
  })

  it('reads the first line of the file when a secret is given by file', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'environment-')), 'secret')
    writeFileSync(path, 'top secret\nsecond line\n')
    expect(readEnvironment({ TOKEN_FILE: path }, (environment) => environment.secret('TOKEN'))).toBe(
      'top secret',
    )
  })

  it('refuses a secret without showing it when it is missing, doubled or unreadable', () => {
    const read = (environment: Environment): string => environment.secret('TOKEN')
    expect(problemsOf({}, read)).toEqual([
      'Cannot use TOKEN: must be set, or TOKEN_FILE must name a file that holds it, received nothing',
    ])
    expect(problemsOf({ TOKEN: 'hidden', TOKEN_FILE: '/f' }, read)).toEqual([
      'Cannot use TOKEN_FILE: must not be set together with TOKEN, received "/f"',
    ])
    expect(problemsOf({ TOKEN_FILE: '/does/not/exist' }, read)).toEqual([
      expect.stringContaining('Cannot use TOKEN_FILE: must name a readable file (ENOENT'),
    ])
  })
})
