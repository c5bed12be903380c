/** The Docker engine of this machine, for tests. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Docker from 'dockerode'
import { afterAll, beforeAll } from 'vitest'

/** An image of nothing but busybox; `useTestImage` makes it. */
export const TEST_IMAGE = 'homeport-test/busybox:agent'

/** Where the engine is. */
export const dockerHost = (): string => process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock'

/** Makes sure, before the tests of the file, that `TEST_IMAGE` is there: the machine's own busybox, imported. */
export function useTestImage(): void {
  beforeAll(async () => {
    const docker = new Docker()
    const images = await docker.listImages({ filters: { reference: [TEST_IMAGE] } })
    if (images.length === 0) importBusybox()
  })
}

function importBusybox(): void {
  const folder = mkdtempSync(join(tmpdir(), 'busybox-'))
  const script = [
    `mkdir -p ${folder}/bin ${folder}/tmp ${folder}/work`,
    `cp "$(command -v busybox)" ${folder}/bin/busybox`,
    `for name in $(${folder}/bin/busybox --list); do [ $name = busybox ] || ln -sf busybox ${folder}/bin/$name; done`,
    `tar -C ${folder} -c . | docker import -c 'ENV PATH=/bin' -c 'CMD ["sh"]' - ${TEST_IMAGE}`,
  ].join(' && ')
  try {
    execFileSync('sh', ['-c', script], { stdio: 'ignore' })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Removes, after the tests of the file, every container with this installation's label. */
export function useInstallation(installationId: string): void {
  afterAll(() => removeInstallation(installationId))
}

/** Removes every container with this installation's label. */
export async function removeInstallation(installationId: string): Promise<void> {
  const docker = new Docker()
  const label = [`homeport.installation=${installationId}`]
  const listed = await docker.listContainers({ all: true, filters: { label } })
  await Promise.all(listed.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true })))
}
