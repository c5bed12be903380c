import type Docker from 'dockerode'
import { SLEEPER, type StartPeer } from './peer.ts'

/** The label by which the bench finds its own containers. */
const LABEL = 'homeport.bench'

/** The engine itself: create and start through `dockerode`, `parallelism` at a time. */
export function dockerPeer(docker: Docker, image: string, parallelism: number): StartPeer {
  const startOne = async (): Promise<void> => {
    const container = await docker.createContainer({
      Image: image,
      Cmd: [...SLEEPER.command],
      Labels: { [LABEL]: '1' },
      HostConfig: { Memory: SLEEPER.memoryMiB * 1024 * 1024 },
    })
    await container.start()
  }
  const clear = async (): Promise<void> => {
    const containers = await docker.listContainers({ all: true, filters: { label: [LABEL] } })
    for (const { Id } of containers) await docker.getContainer(Id).remove({ force: true })
  }
  return {
    name: parallelism === 1 ? 'docker' : `docker-${parallelism}`,
    async start(count) {
      const startedAt = performance.now()
      let remaining = count
      const worker = async (): Promise<void> => {
        while (remaining > 0) {
          remaining -= 1
          await startOne()
        }
      }
      await Promise.all(Array.from({ length: Math.min(parallelism, count) }, worker))
      return performance.now() - startedAt
    },
    clear,
    close: clear,
  }
}
