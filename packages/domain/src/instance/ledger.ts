/**
 * What one instance has left, kept up to date task by task.
 *
 * Intuition: placement asks "does it fit" far more often than tasks come and go, so the sums are kept, and
 * `remainingResources` over the bound tasks stays the definition that the tests compare with.
 * Rejected: storing what is left beside the instance, which leaks whenever a release is missed.
 */
import { invariant } from '@homeport/base'
import type { HostPort, RegisteredResources, Requirements } from './resources.ts'

/** A resource that an instance can be short of, in ECS's words. */
export type Shortage = 'RESOURCE:CPU' | 'RESOURCE:MEMORY' | 'RESOURCE:PORTS' | 'RESOURCE:GPU'

/** Two protocols per port number. */
const portKey = ({ port, protocol }: HostPort): number => port * 4 + protocol

/** The sums over the tasks bound to one instance. */
export class Ledger {
  #registered: RegisteredResources
  #reservedPorts: ReadonlySet<number>
  /** Port to the number of holders: more than one only where state was forced, as after a shrunk host. */
  readonly #ports = new Map<number, number>()
  #heldCpuUnits = 0
  #heldMemoryMib = 0
  #heldGpuCount = 0

  constructor(registered: RegisteredResources) {
    this.#registered = registered
    this.#reservedPorts = new Set(registered.reservedPorts.map(portKey))
  }

  /** Negative when the tasks hold more than is registered now. */
  get cpuUnitsLeft(): number {
    return this.#registered.cpuUnits - this.#heldCpuUnits
  }

  /** MiB; negative when the tasks hold more than is registered now. */
  get memoryMibLeft(): number {
    return this.#registered.memoryMib - this.#heldMemoryMib
  }

  /** Takes over what the instance registered anew; what tasks hold stays. */
  register(registered: RegisteredResources): void {
    this.#registered = registered
    this.#reservedPorts = new Set(registered.reservedPorts.map(portKey))
  }

  /** Counts a task in, whether or not it fits. */
  hold(held: Requirements): void {
    this.#heldCpuUnits += held.cpuUnits
    this.#heldMemoryMib += held.memoryMib
    this.#heldGpuCount += held.gpuCount
    for (const port of held.hostPorts) {
      const key = portKey(port)
      this.#ports.set(key, (this.#ports.get(key) ?? 0) + 1)
    }
  }

  /** Counts a task out. @throws {InvariantError} when a port of it was not held. */
  release(held: Requirements): void {
    this.#heldCpuUnits -= held.cpuUnits
    this.#heldMemoryMib -= held.memoryMib
    this.#heldGpuCount -= held.gpuCount
    for (const port of held.hostPorts) {
      const key = portKey(port)
      const holders = this.#ports.get(key)
      invariant(holders !== undefined, `Cannot release port: it must be held, received ${port.port}`)
      if (holders === 1) this.#ports.delete(key)
      else this.#ports.set(key, holders - 1)
    }
  }

  /** The first thing that a task with `wanted` lacks here; `undefined`: it fits. */
  shortageFor(wanted: Requirements): Shortage | undefined {
    if (wanted.cpuUnits > 0 && wanted.cpuUnits > this.cpuUnitsLeft) return 'RESOURCE:CPU'
    if (wanted.memoryMib > 0 && wanted.memoryMib > this.memoryMibLeft) return 'RESOURCE:MEMORY'
    if (wanted.hostPorts.some((port) => this.#isTaken(portKey(port)))) return 'RESOURCE:PORTS'
    const gpusLeft = this.#registered.gpuIds.length - this.#heldGpuCount
    if (wanted.gpuCount > 0 && wanted.gpuCount > gpusLeft) return 'RESOURCE:GPU'
    return undefined
  }

  #isTaken(key: number): boolean {
    return this.#ports.has(key) || this.#reservedPorts.has(key)
  }
}
