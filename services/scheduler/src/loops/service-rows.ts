import type { Row } from '@homeport/store'
import type { Service } from '@homeport/wire/types'

/** A service and its deployments at one revision. */
export interface ServiceRows {
  readonly service: Service
  /** Of this incarnation, by deployment id. */
  readonly deploymentRows: ReadonlyMap<string, Row<'serviceDeployments'>>
}
