/** What decides about a task besides its row: its instance, and whether it reports health. */
import { type ContactHold, hasHealthCheck, holdOf, type TaskHost } from '@homeport/domain'
import { clusterKey, clusterMemberKey, namespaceMemberKey, type Row, type ViewReader } from '@homeport/store'
import { ContainerInstanceStatus, type Service, type Task } from '@homeport/wire/types'
import type { SchedulerPorts } from '../ports.ts'
import type { Surroundings } from '../view/to-domain.ts'

/** What judging needs. */
export type SurroundingsPorts = Pick<SchedulerPorts, 'clock' | 'startedAtMs' | 'state' | 'view'>

/** Answers for the tasks of one service at one moment; each instance and task definition is looked at once. */
export class TaskSurroundings {
  readonly #ports: SurroundingsPorts
  readonly #service: Service
  readonly #nowMs: number
  readonly #hosts = new Map<string, TaskHost>()
  #hold: ContactHold | undefined

  constructor(ports: SurroundingsPorts, service: Service) {
    this.#ports = ports
    this.#service = service
    this.#nowMs = ports.clock.now()
  }

  /** The brake on hosts asked about so far that ends first; `undefined`: there is none. */
  get hold(): ContactHold | undefined {
    return this.#hold
  }

  /** Of one task of the service. */
  of({ spec }: Task): Surroundings {
    const instanceId = spec?.containerInstanceId ?? ''
    const host = this.#hosts.get(instanceId) ?? this.#judge(instanceId)
    this.#hosts.set(instanceId, host)
    return { host, reportsHealth: this.#reportsHealth(spec?.taskDefinition ?? '') }
  }

  #judge(instanceId: string): TaskHost {
    const key = clusterMemberKey(this.#service, instanceId)
    const instance = this.#ports.state.reader.view.table('containerInstances').get(key)?.value
    if (instance === undefined || instance.status === ContainerInstanceStatus.INACTIVE) return 'lost'
    if (instance.agentConnected)
      return instance.status === ContainerInstanceStatus.DRAINING ? 'draining' : 'sound'
    const contact = this.#ports.view.hosts.contact(clusterKey(this.#service))
    const hold = holdOf(instance.agentConnectionChangedAtMs, contact, {
      nowMs: this.#nowMs,
      startedAtMs: this.#ports.startedAtMs,
    })
    if (hold === undefined) return 'lost'
    if (this.#hold === undefined || hold.untilMs < this.#hold.untilMs) this.#hold = hold
    return 'held'
  }

  #reportsHealth(taskDefinition: string): boolean {
    return reportsHealth(this.#ports.state.reader.view, namespaceMemberKey(this.#service, taskDefinition))
  }
}

/** Task definitions never change, so each is read once. */
const known = new WeakMap<Row<'taskDefinitions'>, boolean>()

function reportsHealth(view: ViewReader, definitionKey: string): boolean {
  const definition = view.table('taskDefinitions').get(definitionKey)
  if (definition === undefined) return false
  const answer = known.get(definition) ?? hasHealthCheck(definition.value.document)
  known.set(definition, answer)
  return answer
}
