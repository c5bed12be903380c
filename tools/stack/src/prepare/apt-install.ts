import { runCommand } from '../command.ts'
import { StackError } from '../stack-error.ts'

/** Another package manager run may hold the lock: cloud images update themselves when they boot. */
const LOCK_TIMEOUT_SECONDS = 300

/** Whether this process may install system packages. */
export function isRoot(): boolean {
  return process.getuid?.() === 0
}

/**
 * Installs system packages without their recommendations, reading the package lists anew when the present
 * ones do not suffice (a bare machine has none, an old one has stale ones).
 * @throws {StackError} naming the packages when this process is not root, there is no apt, or apt fails.
 */
export async function aptInstall(packages: readonly string[]): Promise<void> {
  const list = packages.join(' ')
  if (!isRoot()) {
    throw new StackError(`Cannot install ${list}: root is needed; run as root: apt-get install ${list}`)
  }
  const apt = (...args: string[]): Promise<string> =>
    runCommand('apt-get', ['-q', '-y', '-o', `DPkg::Lock::Timeout=${LOCK_TIMEOUT_SECONDS}`, ...args], {
      environment: { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' },
    })
  const install = (): Promise<string> => apt('install', '--no-install-recommends', ...packages)
  try {
    await install()
  } catch {
    // Reported below if it fails for a reason that fresh lists do not cure.
    await apt('update')
    await install()
  }
}
