import { expect, test } from 'vitest'
import { exportDocs } from './export-docs.ts'

const check = (text: string, path = 'packages/wire/src/sample.ts') => exportDocs([{ path, text }])

test('exportDocs reports each kind of export when it has no doc comment', () => {
  const declarations = [
    'export const limit = 1',
    'export function run(): void {}',
    'export async function wait(): Promise<void> {}',
    'export class Runner {}',
    'export interface Plan { readonly a: string }',
    'export type Name = string',
  ]
  for (const declaration of declarations) {
    expect(check(declaration), declaration).toHaveLength(1)
    expect(check(`// not a doc comment\n${declaration}`), declaration).toHaveLength(1)
    expect(check(`/** Contract. */\n${declaration}`), declaration).toEqual([])
  }
})

test('exportDocs gives the line and the name when a later export is bare', () => {
  const [violation] = check('/** One. */\nexport const one = 1\n\nexport const two = 2\n')
  expect(violation).toMatchObject({ path: 'packages/wire/src/sample.ts', line: 4 })
  expect(violation?.message).toContain('"two"')
})

test('exportDocs wants one comment when a function has overloads', () => {
  const overloads = `/** Reads. */
export function read(key: string): string
export function read(key: number): string
export function read(key: unknown): string { return String(key) }`
  expect(check(overloads)).toEqual([])
})

test('exportDocs wants exports at their declarations when they are listed apart', () => {
  expect(check('/** One. */\nconst one = 1\nexport { one }')).toHaveLength(1)
  expect(check("export { one } from './one.ts'")).toEqual([])
})

test('exportDocs wants a comment for values and optional fields, not for ports, when it reads options', () => {
  const options = `/** Options. */
export interface LoopOptions {
  readonly clock: Clock
  readonly onIdle: () => void
  readonly delayMs: number
  /** Documented. */
  readonly retryCountMax: number
  readonly logger?: Logger
}`
  expect(check(options).map(({ line }) => line)).toEqual([5, 8])
  expect(check(options.replace('LoopOptions', 'LoopState'))).toEqual([])
})

test('exportDocs leaves tests and generated code alone when they export', () => {
  for (const path of ['packages/wire/src/a.test.ts', 'packages/wire/src/gen/a_pb.ts', 'test/support/a.ts']) {
    expect(check('export const one = 1', path), path).toEqual([])
  }
})
