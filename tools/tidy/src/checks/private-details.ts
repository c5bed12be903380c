import { lineAt, type SourceFile, type Violation } from '../source-file.ts'

interface Pattern {
  readonly pattern: RegExp
  readonly message: string
}

const SECRET = 'Take the secret out, and revoke it if it was ever real'
const PATTERNS: readonly Pattern[] = [
  // The identifiers of AWS's own examples end in EXAMPLE and open nothing.
  { pattern: /\b(?:AKIA|ASIA)(?![A-Z0-9]{9}EXAMPLE\b)[A-Z0-9]{16}\b/g, message: SECRET },
  // The header alone is only the name of the format.
  { pattern: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----(?:\\[nr]|\s)*[\w+/]{16}/g, message: SECRET },
  { pattern: /\b(?:ghp|gho|ghs|npm|glpat)_[A-Za-z0-9]{30,}\b/g, message: SECRET },
  {
    pattern: /(?<![\w.)}\]-])(?:\/home\/[a-z]|\/Users\/[A-Za-z]|\/root\/[\w.]|[A-Z]:\\Users\\)[\w./\\-]*/g,
    message: 'Write a path relative to the repository or to a setting: this one exists on one machine',
  },
  {
    pattern:
      /\/\/(?:[\w-]+\.)*(?:registry|npm|artifactory|nexus|verdaccio)(?![a-z])[\w-]*\.[\w.-]+|\bregistry\.(?:npmjs|yarnpkg)\.\w+/g,
    message: 'Name packages, not the registry that serves them: each machine has its own',
  },
]

/**
 * Nothing in the repository is a secret or only true on one machine.
 * @returns a check that also refuses `ownPaths`, the absolute paths of the machine that it runs on.
 */
export function privateDetails(ownPaths: readonly string[]): (files: readonly SourceFile[]) => Violation[] {
  const patterns = [
    ...PATTERNS,
    ...ownPaths.map((path) => ({
      pattern: new RegExp(`(?<![\\w.-])${path.replace(/[^\w/]/g, '\\$&')}(?![\\w-])`, 'g'),
      message: 'Write a path relative to the repository: this is where it lies on this machine',
    })),
  ]
  return (files) =>
    files.flatMap((file) =>
      patterns.flatMap(({ pattern, message }) =>
        [...file.text.matchAll(pattern)].map((match) => ({
          path: file.path,
          line: lineAt(file.text, match.index),
          message,
        })),
      ),
    )
}
