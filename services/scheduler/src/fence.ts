/**
 * The lease by which one scheduler at a time acts.
 *
 * Intuition: two schedulers on views of their own could together give an instance more than it has. Each
 * transaction expects the lease as its holder wrote it, so whoever wrote it last is the only one whose
 * transactions land, those in flight included.
 * Model: taking the lease is an unconditional write. The row that transactions expect is always the one that
 * the view shows; a row of another holder means that this scheduler is out, for good. `renew` writes the row
 * again: afterwards a transaction of unclear outcome has either landed and is in the view, or never will be.
 * Rejected: a lease that expires, which needs clocks to agree and still does not stop what is in flight.
 */
import { create } from '@bufbuild/protobuf'
import type { Clock, Ids, Logger } from '@homeport/runtime'
import { type Row, type StateReader, type StateWriter, TransactionBuilder } from '@homeport/store'
import { type Lease, LeaseSchema } from '@homeport/wire/types'

const LEASE_NAME = 'scheduler'

/** Another scheduler has taken the lease: nothing of this one lands any more. */
export class FenceLostError extends Error {
  override readonly name = 'FenceLostError'
  readonly code = 'FENCE_LOST'
  readonly retryable = false
}

/** What a fence needs. */
export interface FencePorts {
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
  readonly state: { readonly reader: StateReader; readonly writer: StateWriter }
}

/** A held lease. */
export class Fence {
  readonly #ports: FencePorts
  readonly #holderId: string
  readonly #lost = new AbortController()
  readonly #unsubscribe: (() => void)[]
  #row: Row<'leases'> | undefined
  #renewal: Promise<void> | undefined

  private constructor(ports: FencePorts) {
    this.#ports = ports
    this.#holderId = ports.ids.uuid()
    const { reader } = ports.state
    const look = (): void => this.#look()
    this.#unsubscribe = [
      reader.onRevision(({ changes }) => {
        if (changes.some(({ table, key }) => table === 'leases' && key === LEASE_NAME)) this.#look()
      }),
      reader.onReset(look),
    ]
  }

  /**
   * Takes the lease from whoever has it.
   * @throws {CommitError} when it could not be written.
   * @throws {FenceLostError} when yet another scheduler took it meanwhile.
   */
  static async take(ports: FencePorts): Promise<Fence> {
    const fence = new Fence(ports)
    try {
      const outcome = await ports.state.writer.commit(
        new TransactionBuilder().put('leases', fence.#newLease()),
      )
      // An unconditional write cannot conflict.
      if (outcome.kind === 'committed') await ports.state.reader.waitFor(outcome.revision)
      fence.#look()
      if (fence.#row === undefined) throw lostError()
      return fence
    } catch (error) {
      fence.release()
      throw error
    }
  }

  /** Aborted when another scheduler has taken the lease. */
  get lost(): AbortSignal {
    return this.#lost.signal
  }

  /** A transaction that only lands while the lease is held. @throws {FenceLostError} when it no longer is. */
  transaction(): TransactionBuilder {
    if (this.#row === undefined || this.#lost.signal.aborted) throw lostError()
    return new TransactionBuilder().expectUnchanged('leases', this.#row)
  }

  /**
   * Settles every transaction begun before: afterwards each is visible in the view or will never land.
   * Calls at the same time share one write.
   * @throws {CommitError} when the lease could not be written; nothing is settled then.
   * @throws {FenceLostError} when another scheduler has the lease.
   */
  renew(): Promise<void> {
    this.#renewal ??= this.#renew().finally(() => {
      this.#renewal = undefined
    })
    return this.#renewal
  }

  /** Stops watching the lease; the row stays. */
  release(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
  }

  async #renew(): Promise<void> {
    const { reader, writer } = this.#ports.state
    const outcome = await writer.commit(this.transaction().put('leases', this.#newLease()))
    // A conflict means that somebody wrote the row: another scheduler, or an earlier try of ours after all.
    await reader.waitFor(outcome.kind === 'committed' ? outcome.revision : outcome.actualVersion)
    this.#look()
    if (this.#lost.signal.aborted) throw lostError()
  }

  /** Takes over the row that the view shows, if it is ours. */
  #look(): void {
    const row = this.#ports.state.reader.view.table('leases').get(LEASE_NAME)
    if (row?.value.holderId === this.#holderId) {
      this.#row = row
    } else if (this.#row !== undefined && !this.#lost.signal.aborted) {
      this.#ports.logger.warn(
        { holderId: row?.value.holderId },
        'another scheduler took over, this one stops acting',
      )
      this.#lost.abort()
    }
  }

  #newLease(): Lease {
    return create(LeaseSchema, {
      name: LEASE_NAME,
      holderId: this.#holderId,
      acquiredAtMs: this.#ports.clock.now(),
    })
  }
}

const lostError = (): FenceLostError => new FenceLostError('Cannot act as scheduler: another one took over')
