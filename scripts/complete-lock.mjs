// Completes package-lock.json with the optional packages of other platforms: `npm run complete-lock`, after
// `npm install` has added a package.
//
// npm leaves an optional package out of the lock file when the registry does not have it, and some company
// registries carry those of their own platforms only. `npm ci` then refuses that lock file, on every
// registry. An entry with its version and platform satisfies it, and is never fetched on another platform.
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * An entry of a lock file.
 * @typedef {{ version?: string, cpu?: string[], libc?: string[], os?: string[], dev?: boolean, optional?: boolean,
 *   optionalDependencies?: Record<string, string> }} LockEntry
 */

/** @type {Readonly<Record<string, string>>} what package names call a processor */
const PROCESSORS = {
  arm64: 'arm64',
  x64: 'x64',
  64: 'x64',
  arm: 'arm',
  armv7: 'arm',
  ppc64: 'ppc64',
  riscv64: 'riscv64',
  s390x: 's390x',
  ia32: 'ia32',
}

/** @type {Readonly<Record<string, string>>} what package names call an operating system */
const SYSTEMS = {
  android: 'android',
  darwin: 'darwin',
  freebsd: 'freebsd',
  linux: 'linux',
  openharmony: 'openharmony',
  win32: 'win32',
  windows: 'win32',
}

/**
 * The entries that a lock file lacks, by their path in it.
 * @param {Readonly<Record<string, LockEntry>>} packages the lock file's packages by path
 * @returns {Record<string, LockEntry>}
 * @throws {Error} when the name of a missing package does not tell its platform
 */
export function missingEntries(packages) {
  /** @type {Record<string, LockEntry>} */
  const missing = {}
  for (const [path, entry] of Object.entries(packages)) {
    for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
      if (isResolved(packages, path, name)) continue
      const dev = entry.dev === true ? { dev: true } : {}
      missing[`node_modules/${name}`] = { version: range, ...platformOf(name), ...dev, optional: true }
    }
  }
  return missing
}

/**
 * Whether `name` is found from `path` in the way of Node: in the nearest node_modules upwards.
 * @param {Readonly<Record<string, LockEntry>>} packages
 * @param {string} path
 * @param {string} name
 */
function isResolved(packages, path, name) {
  for (let folder = path; ; ) {
    if (packages[`${folder === '' ? '' : `${folder}/`}node_modules/${name}`] !== undefined) return true
    if (folder === '') return false
    folder = folder.slice(0, Math.max(folder.lastIndexOf('/node_modules/'), 0))
  }
}

/**
 * @param {string} name
 * @returns {Pick<LockEntry, 'cpu' | 'libc' | 'os'>}
 */
function platformOf(name) {
  const words = name.split(/[-/]/)
  const cpu = words.map((word) => PROCESSORS[word]).find((found) => found !== undefined)
  const os = words.map((word) => SYSTEMS[word]).find((found) => found !== undefined)
  if (cpu === undefined || os === undefined) {
    throw new Error(`Cannot complete package-lock.json: a name must tell its platform, received ${name}`)
  }
  const libc = words.some((word) => word.startsWith('musl')) ? { libc: ['musl'] } : {}
  return { cpu: [cpu], ...libc, os: [os] }
}

function main() {
  const path = join(dirname(dirname(fileURLToPath(import.meta.url))), 'package-lock.json')
  const lock = JSON.parse(readFileSync(path, 'utf8'))
  const missing = missingEntries(lock.packages)
  const entries = Object.entries({ ...lock.packages, ...missing })
  lock.packages = Object.fromEntries([...entries].sort(([left], [right]) => left.localeCompare(right, 'en')))
  writeFileSync(path, `${JSON.stringify(lock, undefined, 2)}\n`)
  process.stdout.write(
    `${Object.keys(missing).length} packages of other platforms added to package-lock.json\n`,
  )
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main()
