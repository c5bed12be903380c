// Debian packages without touching the system.
//
// Intuition: apt keeps its lists, caches and sources wherever it is told to. With all of them in a folder
// of our own, anybody, root or not, can look up, download and verify a package with the machine's own
// mirrors, proxies and keys, and `dpkg -x` unpacks it. Nothing that the user's apt prefers changes.
//
// Model: an area is such a folder with one choice of sources: the machine's own, or one suite of the
// machine's own Debian mirror.
//
// Rejected: adding a newer suite to the machine's sources, pinned low. It would survive us, slow down each
// `apt-get update` of the user's, and one wrong pin upgrades the machine.
import { existsSync } from 'node:fs'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from '../command.ts'
import { StackError } from '../stack-error.ts'

const DEBIAN_KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'

/** One suite of a Debian mirror. */
export interface SuiteSource {
  /** As in a sources file; taken from the machine, never written down here. */
  readonly mirrorUri: string
  /** Code name, for example "forky". */
  readonly suite: string
}

/** A place to look up and fetch packages. */
export interface AptArea {
  /** The version that apt would take, or `undefined` when the sources do not have the package. */
  candidate(packageName: string): Promise<string | undefined>
  /**
   * Downloads a package, verified through apt's signatures, and unpacks it into `folder`.
   * @throws {StackError} when it is not there or does not verify.
   */
  unpack(packageName: string, folder: string): Promise<void>
  /** Where the machine gets this suite of Debian from; `undefined` when its sources do not say. */
  mirrorOf(suite: string): Promise<string | undefined>
}

/**
 * Opens an area in `folder`, which is emptied first, and reads the package lists of its sources.
 * @param source the machine's own sources when absent.
 * @throws {StackError} when there is no apt, or the lists cannot be read or verified.
 */
export async function openAptArea(folder: string, source?: SuiteSource): Promise<AptArea> {
  await rm(folder, { recursive: true, force: true })
  for (const name of [
    'state/lists/partial',
    'cache/archives/partial',
    'sources',
    'preferences',
    'downloads',
  ]) {
    await mkdir(join(folder, name), { recursive: true })
  }
  const options = areaOptions(folder, source !== undefined)
  if (source !== undefined) await writeFile(join(folder, 'sources', 'suite.sources'), renderSource(source))
  const apt = (command: string, ...args: string[]): Promise<string> =>
    runCommand(command, [...options, ...args], {
      cwd: join(folder, 'downloads'),
      environment: { LC_ALL: 'C.UTF-8' },
    })
  // A broken source among the machine's own may be one that is not needed; the suite's only one is.
  await apt('apt-get', ...(source === undefined ? [] : ['--error-on=any']), 'update')
  return {
    candidate: async (packageName) => parseCandidate(await apt('apt-cache', 'policy', packageName)),
    async unpack(packageName, target) {
      const downloads = join(folder, 'downloads')
      await rm(downloads, { recursive: true })
      await mkdir(downloads)
      await apt('apt-get', 'download', packageName)
      const [archive] = await readdir(downloads)
      if (archive === undefined) throw new StackError(`Cannot download ${packageName}: apt left no file`)
      await rm(target, { recursive: true, force: true })
      await mkdir(target, { recursive: true })
      await runCommand('dpkg', ['-x', join(downloads, archive), target])
    },
    mirrorOf: async (suite) =>
      parseMirror(await apt('apt-get', 'indextargets', '--format', MIRROR_FORMAT), suite),
  }
}

function areaOptions(folder: string, hasOwnSources: boolean): string[] {
  const settings = {
    'Dir::State': join(folder, 'state'),
    'Dir::State::status': '/var/lib/dpkg/status',
    'Dir::Cache': join(folder, 'cache'),
    'Acquire::Languages': 'none',
    // The download user of apt may not enter our folders.
    'APT::Sandbox::User': 'root',
    ...(hasOwnSources
      ? {
          'Dir::Etc::SourceList': '/dev/null',
          'Dir::Etc::SourceParts': join(folder, 'sources'),
          'Dir::Etc::Preferences': '/dev/null',
          'Dir::Etc::PreferencesParts': join(folder, 'preferences'),
        }
      : {}),
  }
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])
}

function renderSource(source: SuiteSource): string {
  const lines = ['Types: deb', `URIs: ${source.mirrorUri}`, `Suites: ${source.suite}`, 'Components: main']
  if (existsSync(DEBIAN_KEYRING)) lines.push(`Signed-By: ${DEBIAN_KEYRING}`)
  return `${lines.join('\n')}\n`
}

/** Reads the answer of `apt-cache policy NAME`. */
export function parseCandidate(policy: string): string | undefined {
  const candidate = /^ {2}Candidate: (.+)$/m.exec(policy)?.[1]
  return candidate === '(none)' ? undefined : candidate
}

/** What `parseMirror` reads, one package index a line. */
const MIRROR_FORMAT = '$(ORIGIN) $(CODENAME) $(COMPONENT) $(REPO_URI)'

/** Reads the answer of `apt-get indextargets`: the mirror that has the main component of Debian's `suite`. */
export function parseMirror(indexTargets: string, suite: string): string | undefined {
  for (const line of indexTargets.split('\n')) {
    const [origin, codename, component, uri] = line.split(' ')
    if (origin === 'Debian' && codename === suite && component === 'main') return uri
  }
  return undefined
}
