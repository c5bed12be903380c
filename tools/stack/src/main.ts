import { systemClock } from '@homeport/runtime'
import { readConfig } from './config.ts'
import { createProgress } from './progress.ts'
import { StackError } from './stack-error.ts'

const EXIT_FAILURE = 1
const EXIT_USAGE = 2

/** Commands load what they need and no more: `env` runs in every shell's start-up. */
const COMMANDS: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  async prepare(args) {
    const { prepare } = await import('./prepare/prepare.ts')
    await prepare({
      config: config(),
      clock: systemClock,
      progress: progress(),
      isForTests: args.includes('--for-tests'),
    })
    return 0
  },
}

function config(): ReturnType<typeof readConfig> {
  return readConfig(process.env)
}

function progress(): ReturnType<typeof createProgress> {
  return createProgress({
    write: (text) => process.stdout.write(text),
    clock: systemClock,
    isTerminal: process.stdout.isTTY === true,
  })
}

async function main(): Promise<number> {
  const [name = '', ...args] = process.argv.slice(2)
  const command = COMMANDS[name]
  if (command !== undefined) return await command(args)
  process.stderr.write(`Cannot run ${name}: it must be one of ${Object.keys(COMMANDS).join(', ')}\n`)
  return EXIT_USAGE
}

try {
  process.exitCode = await main()
} catch (error) {
  const text =
    error instanceof StackError ? error.message : error instanceof Error ? error.stack : String(error)
  process.stderr.write(`${text}\n`)
  process.exitCode = EXIT_FAILURE
}
