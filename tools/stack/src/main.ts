import { fileURLToPath } from 'node:url'
import { EnvironmentError, systemClock, systemRandom } from '@homeport/runtime'
import { readConfig, type StackConfig } from './config.ts'
import { createProgress, type Progress } from './progress.ts'
import { StackError } from './stack-error.ts'

const EXIT_FAILURE = 1
const EXIT_USAGE = 2

/** Says that this process is the supervisor that `--detach` started: the machine is prepared. */
const BACKGROUND_FLAG = '--background'

/** The options of each command that a user may give. */
const FLAGS: Readonly<Record<string, readonly string[]>> = {
  prepare: ['--for-tests'],
  start: ['--detach', '--no-sample'],
  down: ['--keep-data'],
}

/** What every command works with. */
interface CommandContext {
  readonly args: readonly string[]
  readonly config: StackConfig
  readonly progress: Progress
}

/** Commands load what they need and no more: `env` runs in every shell's start-up. */
const COMMANDS: Readonly<Record<string, (context: CommandContext) => Promise<void>>> = {
  async prepare({ args, config, progress }) {
    const { prepare } = await import('./prepare/prepare.ts')
    await prepare({ config, clock: systemClock, progress, isForTests: args.includes('--for-tests') })
  },
  async start(context) {
    const signal = stopSignal()
    const isBackground = context.args.includes(BACKGROUND_FLAG)
    if (!isBackground) await COMMANDS['prepare']?.(context)
    if (context.args.includes('--detach')) await startInBackground(context, signal)
    else await startHere(context, { signal, isBackground })
  },
  async test({ args, config, progress }) {
    const { prepare } = await import('./prepare/prepare.ts')
    await prepare({ config, clock: systemClock, progress, isForTests: true })
    const { runChecks } = await import('./checks/run-checks.ts')
    const hasPassed = await runChecks({
      names: args,
      clock: systemClock,
      write: (text) => process.stdout.write(text),
    })
    if (!hasPassed) process.exitCode = EXIT_FAILURE
  },
  async env({ config }) {
    const { describeEnvironment } = await import('./env.ts')
    process.stdout.write(`${describeEnvironment(config.dataDirectory).join('\n')}\n`)
  },
  async down({ args, config, progress }) {
    const { down } = await import('./down.ts')
    await down({ config, clock: systemClock, progress, isDataKept: args.includes('--keep-data') })
  },
}

async function startInBackground({ args, config }: CommandContext, signal: AbortSignal): Promise<void> {
  const { startDetached } = await import('./start/start-detached.ts')
  const passedOn = args.filter((argument) => argument !== '--detach')
  await startDetached({
    dataDirectory: config.dataDirectory,
    command: [process.execPath, fileURLToPath(import.meta.url), 'start', BACKGROUND_FLAG, ...passedOn],
    clock: systemClock,
    write: (text) => process.stdout.write(text),
    signal,
  })
}

async function startHere(
  { args, config, progress }: CommandContext,
  { signal, isBackground }: { readonly signal: AbortSignal; readonly isBackground: boolean },
): Promise<void> {
  const { start } = await import('./start/start.ts')
  const { BACKGROUND_HINT, FOREGROUND_HINT } = await import('./start/start-report.ts')
  await start({
    config,
    progress,
    signal,
    clock: systemClock,
    random: systemRandom,
    hasSample: !args.includes('--no-sample'),
    hint: isBackground ? BACKGROUND_HINT : FOREGROUND_HINT,
    environment: process.env,
  })
}

/**
 * Given when this process is asked to end. Being asked again changes nothing: one Ctrl-C or one `kill` of the process
 * group arrives several times, once by itself and once from each npm in between, and stopping has time limits.
 */
function stopSignal(): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => controller.abort())
  return controller.signal
}

async function main(): Promise<void> {
  const [name = '', ...args] = process.argv.slice(2)
  const command = COMMANDS[name]
  if (command === undefined) {
    process.stderr.write(`Cannot run ${name}: it must be one of ${Object.keys(COMMANDS).join(', ')}\n`)
    process.exitCode = EXIT_USAGE
    return
  }
  const progress = createProgress({
    write: (text) => process.stdout.write(text),
    clock: systemClock,
    isTerminal: process.stdout.isTTY === true,
  })
  const flags = FLAGS[name] ?? []
  const unknown = args.find(
    (argument) => argument.startsWith('-') && ![...flags, BACKGROUND_FLAG].includes(argument),
  )
  if (unknown !== undefined) {
    const known = flags.length === 0 ? 'no options' : flags.join(' and ')
    process.stderr.write(`Cannot run ${name}: it takes ${known}, received ${unknown}\n`)
    process.exitCode = EXIT_USAGE
    return
  }
  await command({ args, config: readConfig(process.env), progress })
}

/** What the user can act on is told in words; anything else is a bug, whose place matters. */
function describeError(error: unknown): string {
  if (error instanceof StackError || error instanceof EnvironmentError) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

// Output that nobody reads any more (a closed terminal, `| head`) is no reason to end a stack.
process.stdout.on('error', () => undefined)
try {
  await main()
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`)
  process.exitCode = EXIT_FAILURE
}
