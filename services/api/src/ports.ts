import type { RequestContext } from '@homeport/aws-wire'
import type { Namespace } from '@homeport/domain'
import type { Clock, Ids } from '@homeport/runtime'
import type { StateReader, StateWriter } from '@homeport/store'
import type { TaskCounts } from './counts/task-counts.ts'
import type { PageTokens } from './paging/page-tokens.ts'
import type { SchedulerPort } from './scheduler/scheduler-port.ts'
import type { TaskLists } from './task-lists/task-lists.ts'
import type { TaskTexts } from './view/task-texts.ts'

/** What actions work with. */
export interface ApiPorts {
  readonly state: { readonly reader: StateReader; readonly writer: StateWriter }
  readonly scheduler: SchedulerPort
  readonly counts: TaskCounts
  readonly taskLists: TaskLists
  readonly taskTexts: TaskTexts
  readonly pageTokens: PageTokens
  readonly clock: Clock
  readonly ids: Ids
}

/** One request on its way through an action. */
export interface ApiRequest {
  readonly ports: ApiPorts
  readonly context: RequestContext
  /** Whose request it is and where: the account of the caller, the region of the signature. */
  readonly namespace: Namespace
}
