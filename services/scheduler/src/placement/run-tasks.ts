/**
 * RunTask and StartTask: placement on request.
 *
 * Model: decide on the local view, commit everything in one transaction, answer when it is durable. Requests do
 * not wait for each other: what each decides takes its place at once, and commits travel together. A conflict
 * means that something moved; the request is decided anew on a view that shows it.
 * A client token is written with the tasks, so its repetition either reads the record or conflicts with it.
 */
import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { status } from '@grpc/grpc-js'
import {
  containerInstanceArn,
  NO_INSTANCES,
  type PlacementRules,
  parsePlacementRules,
  type RefusalReason,
  type Refusals,
} from '@homeport/domain'
import { clusterKey, joinKey, keyOf, type Row } from '@homeport/store'
import { CallError } from '@homeport/wire'
import type {
  PlacementFailureSchema,
  RunTasksRequest,
  RunTasksResponseSchema,
} from '@homeport/wire/scheduler'
import {
  ClusterStatus,
  type IdempotencyRecord,
  IdempotencyRecordSchema,
  type Task,
} from '@homeport/wire/types'
import { ATTEMPTS_MAX, commitPlacements } from '../commit.ts'
import type { SchedulerPorts } from '../ports.ts'
import { newTask, type TaskTemplate } from './new-task.ts'
import { insertTasks, placeTasks, requestOf } from './place-tasks.ts'

/** Tasks, or named instances, of one request. ECS's own number. */
const TASKS_PER_REQUEST_MAX = 10

type Response = MessageInitShape<typeof RunTasksResponseSchema>
type Failure = MessageInitShape<typeof PlacementFailureSchema>

/** A request after its fields were checked. */
interface CheckedRequest {
  readonly request: RunTasksRequest
  readonly template: TaskTemplate
  readonly rules: PlacementRules
  /** Key of the idempotency row; `undefined`: the request has no token. */
  readonly tokenKey: string | undefined
}

interface Decision {
  readonly tasks: readonly Task[]
  readonly failures: readonly Failure[]
}

/**
 * Carries out one request.
 * @throws {CallError} INVALID_ARGUMENT for a malformed request, FAILED_PRECONDITION with ECS's text when the
 * cluster has no instances, NOT_FOUND when it is inactive, ABORTED when conflicts did not end.
 */
export async function runTasks(ports: SchedulerPorts, request: RunTasksRequest): Promise<Response> {
  const endTimer = ports.metrics.runTasksDurationSeconds.startTimer()
  try {
    const checked = check(request)
    // A caller that has just seen an instance register must not hear that there is none.
    await ports.state.reader.waitFor(Number(request.minimumRevision), ports.stopping)
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      const response = await attemptRequest(ports, checked)
      if (response !== undefined) return response
    }
    throw new CallError(
      status.ABORTED,
      `Cannot place tasks: gave up after conflicts, received ${ATTEMPTS_MAX}`,
    )
  } finally {
    endTimer()
  }
}

/** @returns `undefined` when a conflict asks for another attempt. */
async function attemptRequest(ports: SchedulerPorts, checked: CheckedRequest): Promise<Response | undefined> {
  const { request, tokenKey } = checked
  const record =
    tokenKey === undefined ? undefined : ports.state.reader.view.table('idempotency').get(tokenKey)
  if (record !== undefined) return answerFrom(record, request)
  const decision = decide(ports, checked)
  const taskKeys = decision.tasks.map((task) => keyOf('tasks', task))
  if (taskKeys.length === 0)
    return { taskKeys, failures: [...decision.failures], revision: visibleRevision(ports) }
  const transaction = ports.fence.transaction()
  insertTasks(ports, transaction, decision.tasks)
  if (tokenKey !== undefined) transaction.insert('idempotency', newRecord(ports, request, taskKeys))
  const outcome = await commitPlacements(ports, transaction, decision.tasks)
  if (outcome.kind === 'conflict') return undefined
  ports.metrics.placements.inc({ source: isStartTask(request) ? 'start_task' : 'run_task' }, taskKeys.length)
  return { taskKeys, failures: [...decision.failures], revision: BigInt(outcome.revision) }
}

const visibleRevision = (ports: SchedulerPorts): bigint => BigInt(ports.state.reader.view.revision)

const isStartTask = (request: RunTasksRequest): boolean => request.containerInstanceIds.length > 0

const operationOf = (request: RunTasksRequest): string => (isStartTask(request) ? 'StartTask' : 'RunTask')

function check(request: RunTasksRequest): CheckedRequest {
  const { spec, accountId, region, cluster, tags } = request
  if (spec === undefined) throw invalidArgument('Cannot place tasks: the request must have a spec')
  const count = isStartTask(request) ? request.containerInstanceIds.length : request.count
  if (count < 1 || count > TASKS_PER_REQUEST_MAX) {
    throw invalidArgument(`Cannot place tasks: must be 1 to ${TASKS_PER_REQUEST_MAX}, received ${count}`)
  }
  const parsed = parsePlacementRules(request.placementConstraints, request.placementStrategies)
  if (parsed.kind === 'invalid') throw invalidArgument(parsed.message)
  const { clientToken } = spec
  return {
    request,
    template: { accountId, region, cluster, spec, tags },
    rules: parsed.rules,
    tokenKey:
      clientToken === ''
        ? undefined
        : joinKey(accountId, region, operationOf(request), encodeURIComponent(clientToken)),
  }
}

const invalidArgument = (message: string): CallError => new CallError(status.INVALID_ARGUMENT, message)

function answerFrom(record: Row<'idempotency'>, request: RunTasksRequest): Response {
  const isSame = Buffer.compare(record.value.requestHash, request.requestHash) === 0
  if (!isSame) return { clientTokenConflict: true }
  return { taskKeys: record.value.resultKeys, revision: BigInt(record.version) }
}

function newRecord(ports: SchedulerPorts, request: RunTasksRequest, resultKeys: string[]): IdempotencyRecord {
  return create(IdempotencyRecordSchema, {
    accountId: request.accountId,
    region: request.region,
    operation: operationOf(request),
    clientToken: request.spec?.clientToken ?? '',
    requestHash: request.requestHash,
    resultKeys,
    createdAtMs: ports.clock.now(),
  })
}

function decide(ports: SchedulerPorts, { request, template, rules }: CheckedRequest): Decision {
  const cluster = ports.state.reader.view.table('clusters').get(clusterKey(template))
  if (cluster?.value.status === ClusterStatus.INACTIVE)
    // tidy-allow(error-message): ECS's own text, which the API passes on
    throw new CallError(status.NOT_FOUND, 'Cluster not found.')
  if (isStartTask(request)) return placeOnNamed(ports, template, { rules, request })
  const { tasks, refusals } = placeTasks(ports, template, { count: request.count, rules })
  if (refusals === undefined) return { tasks, failures: [] }
  // Without any instance nothing was placed either, so nothing is left assumed.
  if (refusals.closest === undefined) throw new CallError(status.FAILED_PRECONDITION, NO_INSTANCES)
  return { tasks, failures: failuresOf(template, refusals) }
}

const failuresOf = (template: TaskTemplate, refusals: Refusals): Failure[] =>
  refusals.listed.map(({ instanceId, reason }) =>
    failureOf(template, instanceId, { reason, detail: refusals.summary() }),
  )

const failureOf = (
  template: TaskTemplate,
  instanceId: string,
  { reason, detail }: { reason: RefusalReason; detail: string },
): Failure => ({ arn: containerInstanceArn(template, template.cluster, instanceId), reason, detail })

/** StartTask: each named instance takes one task or says why not. */
function placeOnNamed(
  ports: SchedulerPorts,
  template: TaskTemplate,
  { rules, request }: Pick<CheckedRequest, 'request' | 'rules'>,
): Decision {
  const pool = ports.view.pools.pool(clusterKey(template))
  const createdAtMs = ports.clock.now()
  const tasks: Task[] = []
  const failures: Failure[] = []
  for (const instanceId of request.containerInstanceIds) {
    const placement = pool.placeOn(instanceId, requestOf(template, rules))
    if (placement.kind === 'unfit') {
      const { reason } = placement
      ports.metrics.refusals.inc({ reason })
      failures.push(failureOf(template, instanceId, { reason, detail: `1 container instance: 1 ${reason}` }))
      continue
    }
    const task = newTask(template, placement, { ids: ports.ids, createdAtMs })
    ports.view.pools.assume(task)
    tasks.push(task)
  }
  return { tasks, failures }
}
