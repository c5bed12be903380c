import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { runCommand } from '../command.ts'
import { StackError } from '../stack-error.ts'
import { callEngine, type EngineAddress, type EngineRequest, requireEngine } from './engine-client.ts'

/** An image made of the machine's own busybox: all its commands in /bin, and some files. */
export interface BusyboxImage {
  /** With tag, for example "test/httpd:1". */
  readonly reference: string
  /** Content by absolute path. Each is executable, so that it may be a script. */
  readonly files: Readonly<Record<string, string>>
  /** What a container runs by default. */
  readonly command: readonly string[]
  /** TCP ports that it listens on. */
  readonly ports: readonly number[]
}

/** A shell. */
export const SHELL_IMAGE: BusyboxImage = {
  reference: 'test/busybox:1',
  files: {},
  command: ['sh'],
  ports: [],
}

/** Serves "hello" on port 80 at /. Ends at once when asked to stop. */
export const HTTPD_IMAGE: BusyboxImage = {
  reference: 'test/httpd:1',
  files: { '/var/www/index.html': 'hello\n', '/bin/serve': serveScript('') },
  command: ['/bin/serve'],
  ports: [80],
}

/**
 * Serves a page that names the container on port 80: its host name is the start of the container's id.
 * The name's registry is this machine, so that no stranger's image of that name is ever pulled.
 */
export const SAMPLE_IMAGE: BusyboxImage = {
  reference: 'localhost/homeport-sample:1',
  files: {
    '/bin/serve': serveScript(
      'echo "<h1>Homeport</h1><p>This page comes from container $(hostname)</p>" > /var/www/index.html',
    ),
  },
  command: ['/bin/serve'],
  ports: [80],
}

/** The first process of a container gets no default signal handling, so the server needs a shell that has some. */
function serveScript(preparation: string): string {
  return `#!/bin/sh
trap 'exit 0' TERM INT
${preparation}
httpd -f -p 80 -h /var/www &
wait
`
}

/** The label that tells whether an image has the content that is wanted. */
const CONTENT_LABEL = 'homeport.content'

/**
 * Makes sure that the engine has the image; no registry is asked.
 * @param busybox path of a static busybox
 * @returns whether it had to be built.
 * @throws {StackError} when the engine refuses it.
 */
export async function ensureBusyboxImage(
  address: EngineAddress,
  image: BusyboxImage,
  busybox: string,
): Promise<boolean> {
  const content = createHash('sha256').update(JSON.stringify(image)).digest('hex').slice(0, 16)
  const present = await callEngine(address, { method: 'GET', path: `/images/${image.reference}/json` })
  if (present.status === 200 && labelsOf(JSON.parse(present.body))[CONTENT_LABEL] === content) return false
  const root = await mkdtemp(join(tmpdir(), 'homeport-image-'))
  try {
    await writeRoot(root, image, busybox)
    const answer = await requireEngine(address, importCall(root, image, content))
    throwImportFailure(answer, image)
  } finally {
    await rm(root, { recursive: true, force: true })
  }
  return true
}

async function writeRoot(root: string, image: BusyboxImage, busybox: string): Promise<void> {
  for (const folder of ['bin', 'etc', 'tmp', 'proc', 'sys', 'dev', 'run', 'var/www']) {
    await mkdir(join(root, folder), { recursive: true })
  }
  await chmod(join(root, 'tmp'), 0o1777)
  await copyFile(busybox, join(root, 'bin/busybox'))
  await chmod(join(root, 'bin/busybox'), 0o755)
  const commands = (await runCommand(busybox, ['--list'])).trim().split('\n')
  for (const name of commands) if (name !== 'busybox') await symlink('busybox', join(root, 'bin', name))
  const files = {
    '/etc/passwd': 'root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n',
    '/etc/group': 'root:x:0:\nnogroup:x:65534:\n',
    ...image.files,
  }
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(root, dirname(path)), { recursive: true })
    await writeFile(join(root, path), text, { mode: 0o755 })
  }
}

function importCall(root: string, image: BusyboxImage, content: string): EngineRequest {
  const [repository = '', tag = ''] = image.reference.split(':')
  const query = new URLSearchParams({ fromSrc: '-', repo: repository, tag })
  query.append('changes', 'ENV PATH=/bin')
  query.append('changes', `CMD ${JSON.stringify(image.command)}`)
  query.append('changes', `LABEL ${CONTENT_LABEL}=${content}`)
  for (const port of image.ports) query.append('changes', `EXPOSE ${port}`)
  const tar = spawn('tar', ['-C', root, '--owner=0', '--group=0', '--numeric-owner', '-c', '.'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return { method: 'POST', path: `/images/create?${query.toString()}`, body: tar.stdout }
}

/** The engine reports what goes wrong after its first byte inside of a successful answer. */
function throwImportFailure(answer: string, image: BusyboxImage): void {
  const failure = answer.split('\n').find((line) => line.includes('"error"'))
  if (failure !== undefined)
    throw new StackError(`Cannot import ${image.reference}: the Docker engine says ${failure}`)
}

function labelsOf(image: {
  Config?: { Labels?: Record<string, string> | null } | null
}): Record<string, string> {
  return image.Config?.Labels ?? {}
}
