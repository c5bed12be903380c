/** Writes registrations. */

import { create } from '@bufbuild/protobuf'
import type { Clock, Ids } from '@homeport/runtime'
import {
  type CommitOutcome,
  namespaceMemberKey,
  type Row,
  type StateReader,
  type StateWriter,
  TransactionBuilder,
} from '@homeport/store'
import { type Register, RegisterSchema } from '@homeport/wire/agent'
import type { HostIdentity } from './host-identity.ts'
import { type InstanceIdentity, instanceIdentity } from './instance-identity.ts'
import {
  DEFAULT_CLUSTER,
  planRegistration,
  type Refusal,
  type RegistrationPlan,
} from './plan-registration.ts'

/** What the registrar works with. */
export interface RegistrarPorts {
  readonly reader: StateReader
  readonly writer: StateWriter
  readonly clock: Clock
  readonly ids: Ids
}

/** What became of a registration. */
export type RegistrationOutcome =
  | { readonly kind: 'registered'; readonly instance: InstanceIdentity; readonly revision: number }
  | Refusal

/** A registration that others' writes keep refusing; the agent tries again with a new session. */
export class RegistrationConflictError extends Error {
  override readonly name = 'RegistrationConflictError'
  readonly code = 'CONFLICT'
  readonly retryable = true
}

/** Many hosts may create the cluster `default` at once; each conflict means that one of them has. */
const CONFLICTS_MAX = 10

const EXTERNAL_ID_DIGITS = 17

/**
 * Finds or creates the instance of `host` and records what the agent says of it.
 * @returns once that is durable, with the revision at which the view must be for it to be visible.
 * @throws {CommitError} when state gave no answer.
 * @throws {RegistrationConflictError}
 */
export async function registerInstance(
  host: HostIdentity,
  received: Register,
  ports: RegistrarPorts,
): Promise<RegistrationOutcome> {
  const register =
    received.cluster === '' ? create(RegisterSchema, { ...received, cluster: DEFAULT_CLUSTER }) : received
  for (let attempt = 0; attempt < CONFLICTS_MAX; attempt += 1) {
    const rows = readRows(host, register, ports.reader)
    const plan = planRegistration({
      host,
      register,
      ...rows,
      externalId: `mi-${ports.ids.hex(EXTERNAL_ID_DIGITS)}`,
      nowMs: ports.clock.now(),
    })
    if (plan.kind === 'refused') return plan
    const outcome = await ports.writer.commit(toTransaction(plan, rows))
    if (outcome.kind === 'committed') {
      return {
        kind: 'registered',
        instance: instanceIdentity(plan.instance, plan.instance.instanceId),
        revision: outcome.revision,
      }
    }
    await seeConflict(outcome, ports.reader)
  }
  throw new RegistrationConflictError(
    `Cannot register instance ${host.instanceId}: ${CONFLICTS_MAX} conflicts in a row`,
  )
}

interface RegistrationRows {
  readonly instance: Row<'containerInstances'> | undefined
  readonly cluster: Row<'clusters'> | undefined
}

function readRows(host: HostIdentity, register: Register, reader: StateReader): RegistrationRows {
  const { view } = reader
  const [instance] = view.table('containerInstances').find('instanceId', host.instanceId)
  // Names that no key can hold are refused by the plan; there is no row to look for.
  const isKey = [register.region, register.cluster].every(
    (segment) => segment !== '' && !segment.includes('/'),
  )
  const cluster = isKey
    ? view
        .table('clusters')
        .get(namespaceMemberKey({ accountId: host.accountId, region: register.region }, register.cluster))
    : undefined
  return { instance, cluster }
}

function toTransaction(
  plan: Extract<RegistrationPlan, { kind: 'write' }>,
  rows: RegistrationRows,
): TransactionBuilder {
  const transaction = new TransactionBuilder()
  if (rows.instance === undefined) transaction.insert('containerInstances', plan.instance)
  else transaction.update('containerInstances', rows.instance, plan.instance)
  if (plan.newCluster === undefined) {
    // No instance joins a cluster that is being deleted.
    if (rows.cluster !== undefined) transaction.expectUnchanged('clusters', rows.cluster)
  } else if (rows.cluster === undefined) {
    transaction.insert('clusters', plan.newCluster)
  } else {
    transaction.update('clusters', rows.cluster, plan.newCluster)
  }
  return transaction
}

/** Waits until the view shows what the transaction ran into. */
const seeConflict = (
  conflict: Extract<CommitOutcome, { kind: 'conflict' }>,
  reader: StateReader,
): Promise<void> =>
  reader.waitFor(conflict.actualVersion === 0 ? reader.view.revision + 1 : conflict.actualVersion)
