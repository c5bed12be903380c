import { create, type MessageInitShape } from '@bufbuild/protobuf'
import type { ServiceScope, TransactionBuilder } from '@homeport/store'
import { ServiceDeploymentSchema, ServiceDeploymentStatus, ServiceRevisionSchema } from '@homeport/wire/types'
import type { ApiRequest } from '../ports.ts'

/** What decides how a service's tasks are started; everything that a revision holds besides its place and id. */
export type RevisionSettings = Required<
  Pick<
    MessageInitShape<typeof ServiceRevisionSchema> & object,
    | 'taskDefinition'
    | 'launchType'
    | 'placementConstraints'
    | 'placementStrategies'
    | 'enableEcsManagedTags'
    | 'enableExecuteCommand'
  >
>

/** A service that moves to a new revision. */
export interface DeployedService extends ServiceScope {
  readonly incarnationId: string
  /** Revisions that the service's tasks run until then. */
  readonly sourceRevisionIds: readonly string[]
}

/** ECS's ids of deployments and revisions have so many digits. */
const ID_DIGITS = 19

/**
 * Adds a revision and the deployment that moves the service to it to `transaction`.
 * @returns the deployment's id, for the service's row.
 */
export function addDeployment(
  request: ApiRequest,
  transaction: TransactionBuilder,
  deployed: { readonly service: DeployedService; readonly settings: RevisionSettings },
): string {
  const { ids, clock } = request.ports
  const { sourceRevisionIds, ...place } = deployed.service
  const [revisionId, deploymentId] = [ids.digits(ID_DIGITS), ids.digits(ID_DIGITS)]
  const createdAtMs = clock.now()
  transaction.insert(
    'serviceRevisions',
    create(ServiceRevisionSchema, { ...place, ...deployed.settings, revisionId, createdAtMs }),
  )
  transaction.insert(
    'serviceDeployments',
    create(ServiceDeploymentSchema, {
      ...place,
      deploymentId,
      targetRevisionId: revisionId,
      sourceRevisionIds: [...sourceRevisionIds],
      status: ServiceDeploymentStatus.PENDING,
      createdAtMs,
      updatedAtMs: createdAtMs,
    }),
  )
  return deploymentId
}
