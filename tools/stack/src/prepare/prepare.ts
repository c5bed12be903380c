import type { Clock } from '@homeport/runtime'
import type { StackConfig } from '../config.ts'
import { openInstallation } from '../installation.ts'
import { dataPaths } from '../paths.ts'
import type { Progress } from '../progress.ts'
import { StackError } from '../stack-error.ts'
import { NEEDS } from './needs.ts'

/** What `prepare` works with. */
export interface PrepareOptions {
  readonly config: StackConfig
  readonly clock: Clock
  readonly progress: Progress
  /** Whether the machine is made ready for the tests, too. */
  readonly isForTests: boolean
}

/**
 * Makes the machine able to run Homeport, installing what is missing. Repeating it is quick.
 * @throws {StackError} at the first thing that cannot be had.
 */
export async function prepare(options: PrepareOptions): Promise<void> {
  if (process.platform !== 'linux') {
    throw new StackError(`Cannot run Homeport: Linux is needed, received ${process.platform}`)
  }
  openInstallation(dataPaths(options.config.dataDirectory))
  for (const need of NEEDS) {
    if (need.isForTestsOnly && !options.isForTests) continue
    await options.progress.step(
      need.name,
      () => need.ensure(options),
      (found) => found,
    )
  }
}
