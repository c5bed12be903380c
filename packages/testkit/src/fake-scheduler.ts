/**
 * A scheduler for tests of the api: the real gRPC contract over a loopback port, and the simplest placement.
 *
 * Model: every task goes to the first ACTIVE instance of its cluster, or to those that the request names; nothing
 * is ever short. Tasks are committed as the scheduler would, client tokens are remembered, and the answer is
 * given when they are durable.
 */
import { create } from '@bufbuild/protobuf'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import type { Clock, Running } from '@homeport/runtime'
import { clusterKey, joinKey, keyOf, TransactionBuilder } from '@homeport/store'
import { CallError, serviceDefinition, serviceImplementation } from '@homeport/wire'
import { type RunTasksRequest, SchedulerService } from '@homeport/wire/scheduler'
import {
  ContainerInstanceStatus,
  IdempotencyRecordSchema,
  type Task,
  TaskSchema,
  TaskSpecSchema,
  TaskStatus,
} from '@homeport/wire/types'
import type { MemoryState } from './memory-state.ts'

/** A running fake. */
export interface FakeScheduler extends Running {
  /** What clients connect to. */
  readonly address: string
  /** Every request, in order. */
  readonly requests: readonly RunTasksRequest[]
  /** The next request is answered with this gRPC status. */
  failNext(code: number, message: string): void
  /** From now on nothing finds room; each request is answered with this failure. `undefined`: as before. */
  refuseAll(
    failure: { readonly arn: string; readonly reason: string; readonly detail: string } | undefined,
  ): void
}

/** Starts a fake scheduler that places into `state`. */
export async function startFakeScheduler(state: MemoryState, clock: Clock): Promise<FakeScheduler> {
  const fake = new LoopbackScheduler(state, clock)
  await fake.start()
  return fake
}

class LoopbackScheduler implements FakeScheduler {
  readonly requests: RunTasksRequest[] = []
  readonly #state: MemoryState
  readonly #clock: Clock
  readonly #server = new Server()
  #port = 0
  #taskCount = 0
  #failure: CallError | undefined
  #refusal: { readonly arn: string; readonly reason: string; readonly detail: string } | undefined

  constructor(state: MemoryState, clock: Clock) {
    this.#state = state
    this.#clock = clock
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`
  }

  async start(): Promise<void> {
    this.#server.addService(
      serviceDefinition(SchedulerService),
      serviceImplementation(SchedulerService, { runTasks: (request) => this.#runTasks(request) }),
    )
    this.#port = await new Promise((resolve, reject) => {
      this.#server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
        error === null ? resolve(port) : reject(error),
      )
    })
  }

  async stop(): Promise<void> {
    this.#server.forceShutdown()
  }

  failNext(code: number, message: string): void {
    this.#failure = new CallError(code, message)
  }

  refuseAll(
    failure: { readonly arn: string; readonly reason: string; readonly detail: string } | undefined,
  ): void {
    this.#refusal = failure
  }

  async #runTasks(request: RunTasksRequest) {
    this.requests.push(request)
    const failure = this.#failure
    this.#failure = undefined
    if (failure !== undefined) throw failure
    if (this.#refusal !== undefined) return { failures: [this.#refusal] }
    const token = request.spec?.clientToken ?? ''
    const record = token === '' ? undefined : this.#record(request, token)
    if (record !== undefined) {
      const isSame = Buffer.compare(record.requestHash, request.requestHash) === 0
      return isSame ? { taskKeys: record.resultKeys } : { clientTokenConflict: true }
    }
    return this.#place(request, token)
  }

  #record(request: RunTasksRequest, token: string) {
    const key = joinKey(request.accountId, request.region, 'RunTask', encodeURIComponent(token))
    return this.#state.reader.view.table('idempotency').get(key)?.value
  }

  async #place(request: RunTasksRequest, token: string) {
    const instanceIds =
      request.containerInstanceIds.length > 0
        ? request.containerInstanceIds
        : Array.from({ length: request.count }, () => this.#firstInstance(request))
    const tasks = instanceIds.map((instanceId) => this.#taskOn(instanceId, request))
    const resultKeys = tasks.map((task) => keyOf('tasks', task))
    const transaction = new TransactionBuilder()
    for (const task of tasks) transaction.insert('tasks', task)
    if (token !== '') {
      const { accountId, region, requestHash } = request
      const fields = { accountId, region, operation: 'RunTask', clientToken: token, requestHash, resultKeys }
      transaction.insert(
        'idempotency',
        create(IdempotencyRecordSchema, { ...fields, createdAtMs: this.#clock.now() }),
      )
    }
    const outcome = await this.#state.writer.commit(transaction)
    const revision = outcome.kind === 'committed' ? outcome.revision : 0
    return { taskKeys: resultKeys, revision: BigInt(revision) }
  }

  #firstInstance(request: RunTasksRequest): string {
    const instances = this.#state.reader.view.table('containerInstances').find('cluster', clusterKey(request))
    for (const { value } of instances) {
      if (value.status === ContainerInstanceStatus.ACTIVE) return value.instanceId
    }
    return '0'.repeat(32)
  }

  #taskOn(containerInstanceId: string, { spec, tags, accountId, region, cluster }: RunTasksRequest): Task {
    this.#taskCount += 1
    const createdAtMs = this.#clock.now()
    return create(TaskSchema, {
      accountId,
      region,
      cluster,
      taskId: this.#taskCount.toString(16).padStart(32, '0'),
      spec: { ...(spec ?? create(TaskSpecSchema)), containerInstanceId, createdAtMs },
      desiredStatus: TaskStatus.RUNNING,
      observed: { lastStatus: TaskStatus.PENDING },
      changeCount: 1,
      tags,
    })
  }
}
