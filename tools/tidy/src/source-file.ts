/** One text file of the repository. */
export interface SourceFile {
  /** Relative to the repository, with forward slashes. */
  readonly path: string
  readonly text: string
}

/** One place that breaks a rule of this repository. */
export interface Violation {
  readonly path: string
  /** Counted from 1. */
  readonly line: number
  /** What is wrong there and what to write instead, in one sentence. */
  readonly message: string
}

/**
 * A rule of this repository. Pure: the same files give the same violations.
 * `files` is the whole repository; the check picks what it applies to.
 */
export type Check = (files: readonly SourceFile[]) => Violation[]

const TEST = /(\.test\.ts$|^test\/|^packages\/[^/]+\/test-support\/|\/src\/testing\/)/

/** Whether a file is TypeScript that people wrote; generated code answers to its generator. */
export const isTypeScript = (file: SourceFile): boolean =>
  file.path.endsWith('.ts') && !file.path.endsWith('.d.ts') && !file.path.includes('/gen/')

/** Whether a file is a test or only serves tests. */
export const isTest = (file: SourceFile): boolean => TEST.test(file.path)

/** Whether a file is handwritten TypeScript of a workspace, tests left out. */
export const isSource = (file: SourceFile): boolean =>
  isTypeScript(file) && !isTest(file) && file.path.includes('/src/')

/** The line, counted from 1, on which the character at `offset` stands. */
export function lineAt(text: string, offset: number): number {
  let line = 1
  for (
    let index = text.indexOf('\n');
    index !== -1 && index < offset;
    index = text.indexOf('\n', index + 1)
  ) {
    line++
  }
  return line
}
