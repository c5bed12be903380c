// Runs a command of tools/stack, or a TypeScript file, on the pinned Node, after installing the npm packages when they are
// missing or out of date. Plain JavaScript for Node 20 without dependencies, because it runs before
// there are any; all that follows is TypeScript on the pinned Node.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureDependencies } from './npm-dependencies.mjs'

const NODE_MAJOR_MIN = 20
const PROGRESS_INTERVAL_MS = 5000
const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** @returns {Promise<number>} the exit code */
async function main() {
  if (Number.parseInt(process.versions.node, 10) < NODE_MAJOR_MIN) {
    throw new Error(
      `Cannot run Homeport: Node ${NODE_MAJOR_MIN} or newer is needed, received ${process.version}`,
    )
  }
  const [command, ...args] = process.argv.slice(2)
  if (command === undefined) throw new Error('Cannot run Homeport: name a command of tools/stack')
  const isInstalled = existsSync(join(root, 'node_modules', '.bin', 'node'))
  // `npm run -s env` is read by a shell: it installs nothing, and without packages nothing can be running.
  if (command === 'env' && !isInstalled)
    throw new Error(
      'Cannot print the environment: a Homeport stack must run, received none (start one with: npm start)',
    )
  const node =
    command === 'env' ? join(root, 'node_modules', '.bin', 'node') : await ensureDependencies(root, report)
  return await hand([...entryOf(command), ...args], node)
}

/**
 * A file of the repository by itself, or a command of tools/stack.
 * @param {string} command
 */
const entryOf = (command) =>
  command.endsWith('.ts') ? [join(root, command)] : [join(root, 'tools', 'stack', 'src', 'main.ts'), command]

/**
 * Runs the command to its end. Signals go to it alone, because it decides what stopping means.
 * @param {readonly string[]} args
 * @param {string} node
 * @returns {Promise<number>} its exit code
 */
function hand(args, node) {
  const env = { ...process.env, PATH: [dirname(node), process.env['PATH']].join(delimiter) }
  const child = spawn(node, args, { stdio: 'inherit', env })
  // The terminal sends Ctrl-C to the child as well; other signals reach only this process.
  process.on('SIGINT', () => undefined)
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  process.on('SIGHUP', () => child.kill('SIGHUP'))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL']))
  })
}

/** @type {import('./npm-dependencies.mjs').Report} */
async function report(title, work) {
  const startedAtMs = Date.now()
  const seconds = () => ((Date.now() - startedAtMs) / 1000).toFixed(1)
  process.stderr.write(`… ${title}\n`)
  const timer = setInterval(() => process.stderr.write(`… ${title} (${seconds()} s)\n`), PROGRESS_INTERVAL_MS)
  try {
    const result = await work()
    process.stderr.write(`✓ ${title} (${seconds()} s)\n`)
    return result
  } finally {
    clearInterval(timer)
  }
}

try {
  process.exitCode = await main()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
