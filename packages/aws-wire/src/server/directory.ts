import { invariant } from '@homeport/base'
import type { RequestedTarget } from '../protocols/protocol.ts'
import type { BoundService } from './bind-service.ts'

/** Finds the service that a request names. */
export class ServiceDirectory {
  readonly #byTargetPrefix = new Map<string, BoundService>()
  readonly #byApiVersion = new Map<string, BoundService>()

  /** @throws {InvariantError} when two services can't be told apart. */
  constructor(services: readonly BoundService[]) {
    for (const service of services) {
      const { targetPrefix, apiVersion, xmlNamespace } = service.model.facts
      add(this.#byTargetPrefix, targetPrefix, service)
      if (xmlNamespace !== undefined) add(this.#byApiVersion, apiVersion, service)
    }
  }

  find(target: RequestedTarget): BoundService | undefined {
    const index = target.index === 'targetPrefix' ? this.#byTargetPrefix : this.#byApiVersion
    return index.get(target.service)
  }
}

function add(index: Map<string, BoundService>, key: string, service: BoundService): void {
  const other = index.get(key)?.model.name
  invariant(other === undefined, `Cannot serve ${service.model.name}: ${key} already belongs to ${other}`)
  index.set(key, service)
}
