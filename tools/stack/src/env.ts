import { readCredentials } from './credentials.ts'
import { renderExportLines } from './env-lines.ts'
import { dataPaths } from './paths.ts'
import { StackError } from './stack-error.ts'
import { readRunningStack } from './supervisor/stack-state.ts'

/**
 * What `npm run -s env` prints.
 * @throws {StackError} when no stack runs, or one is still being started.
 */
export function describeEnvironment(dataDirectory: string): string[] {
  const paths = dataPaths(dataDirectory)
  const stack = readRunningStack(paths.stackState)
  const credentials = readCredentials(paths.credentials)
  if (stack === undefined || credentials === undefined) {
    throw new StackError(
      'Cannot print the environment: a Homeport stack must run, received none (start one with: npm start)',
    )
  }
  if (stack.phase === 'starting') {
    throw new StackError(
      'Cannot print the environment: the stack must be ready, received one that is starting',
    )
  }
  return renderExportLines({ ...credentials, endpoint: stack.endpoint, region: stack.region })
}
