import type { StackConfig } from '../config.ts'
import { readCredentials } from '../credentials.ts'
import { type DataPaths, dataPaths } from '../paths.ts'
import { StackError } from '../stack-error.ts'
import { takeStackLock } from '../supervisor/stack-lock.ts'
import { readRunningStack, readStackState } from '../supervisor/stack-state.ts'
import { stopProcesses } from '../supervisor/supervisor.ts'
import { type BringUpPorts, Stack } from './bring-up.ts'
import { planChildren } from './children.ts'
import { planStack } from './plan-stack.ts'
import { RUNNING_HINT, renderReady } from './start-report.ts'
import { waitUntil } from './wait-until.ts'

/** What `npm start` works with. */
export interface StartOptions extends BringUpPorts {
  readonly config: StackConfig
  /** Whether a sample service proves the stack; `--no-sample` turns it off. */
  readonly hasSample: boolean
  /** Printed when all is ready: how this stack is stopped. */
  readonly hint: string
  /** The variables that the stack's processes inherit from. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

const ORPHAN_TIMEOUT_MS = 25_000
const OTHER_START_TIMEOUT_MS = 300_000

/**
 * Runs a stack until the signal is given. When one runs with this data directory already, shows it instead.
 * The machine has been prepared before.
 * @throws {StackError} when the stack does not come up; nothing of it runs then.
 */
export async function start(options: StartOptions): Promise<void> {
  const paths = dataPaths(options.config.dataDirectory)
  const lock = await takeStackLock(paths.root)
  if (lock === undefined) {
    await showRunningStack(paths, options)
    return
  }
  try {
    await clearOrphans(paths, options)
    await runStack(options)
  } finally {
    lock.release()
  }
}

async function runStack(options: StartOptions): Promise<void> {
  const { signal, progress } = options
  const plan = await planStack(options.config)
  const stack = new Stack(plan, planChildren(plan, options.environment), options)
  try {
    await stack.bringUp(options.hasSample, () => {
      showReady(options)
    })
    if (!signal.aborted)
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  } finally {
    await progress.step('stopping agent, control plane and NATS', () => stack.stop())
  }
}

/** A supervisor that was killed could not stop its children. */
async function clearOrphans(paths: DataPaths, { clock, progress }: StartOptions): Promise<void> {
  const state = readStackState(paths.stackState)
  if (state === undefined) return
  const stopped = await stopProcesses(state.children, ORPHAN_TIMEOUT_MS, clock)
  if (stopped.length > 0) {
    const names = stopped.map((child) => child.name).join(', ')
    progress.say(`Stopped what an earlier start had left: ${names}`)
  }
}

async function showRunningStack(paths: DataPaths, options: StartOptions): Promise<void> {
  const check = async (): Promise<string | undefined> => {
    const phase = readRunningStack(paths.stackState)?.phase
    return phase === 'ready' ? undefined : `another npm start is at work (${phase ?? 'preparing'})`
  }
  await waitUntil({ goal: 'use the running stack', timeoutMs: OTHER_START_TIMEOUT_MS, check }, options)
  showReady({ ...options, hint: RUNNING_HINT })
}

/** Shows a stack as it runs, which may be with other settings than those of this command. */
function showReady({ config, progress, hint }: StartOptions): void {
  const paths = dataPaths(config.dataDirectory)
  const stack = readRunningStack(paths.stackState)
  const credentials = readCredentials(paths.credentials)
  if (stack === undefined || credentials === undefined)
    throw new StackError('Cannot show the stack: it has just ended')
  progress.say(renderReady({ ...credentials, ...stack }, credentials.accountId))
  progress.say(hint)
}
