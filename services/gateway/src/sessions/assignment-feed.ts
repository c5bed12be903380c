/**
 * What one agent is told of its tasks.
 *
 * Task definitions are decoded once per row (a row keeps its decoded value), so a thousand tasks of one
 * definition share its text; only the encoding for the wire is paid per task.
 */
import { create } from '@bufbuild/protobuf'
import { clusterArn, taskArn } from '@homeport/domain'
import { namespaceMemberKey, type Row, type StateReader } from '@homeport/store'
import {
  type Assignment,
  AssignmentSchema,
  AssignmentSnapshotSchema,
  AssignmentUpdateSchema,
} from '@homeport/wire/agent'
import { type Task, TaskSpecSchema } from '@homeport/wire/types'
import type { InstanceIdentity } from './instance-identity.ts'
import type { AssignmentMessages, OutboundContent } from './outbox.ts'
import type { Telemetry } from './telemetry.ts'

/** Where assignments come from. */
export interface AssignmentPorts {
  readonly reader: StateReader
  readonly telemetry: Telemetry
}

/** The assignment messages of an instance, each made of the view as it is at that moment. */
export class AssignmentFeed implements AssignmentMessages {
  readonly #instance: InstanceIdentity
  readonly #ports: AssignmentPorts
  #sentRevision = 0

  constructor(instance: InstanceIdentity, ports: AssignmentPorts) {
    this.#instance = instance
    this.#ports = ports
  }

  /** The revision of the newest message; 0: there was none. */
  get sentRevision(): number {
    return this.#sentRevision
  }

  /** Every task bound to the instance that is not known as STOPPED. */
  snapshot(): OutboundContent {
    const rows = this.#ports.reader.view.table('tasks').find('boundInstance', this.#instance.key)
    const assignments = Array.from(rows, (row) => this.#toAssignment(row))
    const revision = this.#noteSent('snapshot', assignments.length)
    return { case: 'snapshot', value: create(AssignmentSnapshotSchema, { revision, assignments }) }
  }

  /** Those of `taskKeys` that still exist. */
  update(taskKeys: ReadonlySet<string>): OutboundContent | undefined {
    const tasks = this.#ports.reader.view.table('tasks')
    const assignments = Array.from(taskKeys, (key) => tasks.get(key))
      .filter((row) => row !== undefined)
      .map((row) => this.#toAssignment(row))
    if (assignments.length === 0) return undefined
    const revision = this.#noteSent('update', assignments.length)
    return { case: 'update', value: create(AssignmentUpdateSchema, { revision, assignments }) }
  }

  #noteSent(kind: 'snapshot' | 'update', assignmentCount: number): bigint {
    const { metrics } = this.#ports.telemetry
    metrics.assignmentPushes.inc({ kind })
    metrics.assignments.inc(assignmentCount)
    this.#sentRevision = this.#ports.reader.view.revision
    return BigInt(this.#sentRevision)
  }

  #toAssignment(row: Row<'tasks'>): Assignment {
    const task = row.value
    const spec = task.spec ?? create(TaskSpecSchema)
    const familyRevision = spec.taskDefinition
    const separatorIndex = familyRevision.lastIndexOf(':')
    return create(AssignmentSchema, {
      taskId: task.taskId,
      taskArn: taskArn(task, task.cluster, task.taskId),
      clusterArn: clusterArn(task, task.cluster),
      desiredStatus: task.desiredStatus,
      stoppedReason: task.stoppedReason,
      family: familyRevision.slice(0, separatorIndex),
      revision: Number(familyRevision.slice(separatorIndex + 1)),
      taskDefinition: this.#documentOf(task, familyRevision),
      overrides: spec.overrides,
      group: spec.group,
      service: spec.service,
      startedBy: spec.startedBy,
      createdAtMs: spec.createdAtMs,
      ...(spec.requirements === undefined ? {} : { requirements: spec.requirements }),
    })
  }

  #documentOf(task: Task, familyRevision: string): string {
    const definition = this.#ports.reader.view
      .table('taskDefinitions')
      .get(namespaceMemberKey(task, familyRevision))
    if (definition !== undefined) return definition.value.document
    // The agent must still hear of the task: what it is not told of, it stops.
    this.#ports.telemetry.logger.error(
      { taskId: task.taskId, familyRevision },
      'task definition of an assigned task is missing',
    )
    return ''
  }
}
