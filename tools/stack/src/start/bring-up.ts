import { existsSync } from 'node:fs'
import type { ECSClient } from '@aws-sdk/client-ecs'
import { required } from '@homeport/base'
import type { Random } from '@homeport/runtime'
import { ensureBusyboxImage, SAMPLE_IMAGE } from '../docker/busybox-image.ts'
import { parseEngineAddress } from '../docker/engine-client.ts'
import { lastLines } from '../log-tail.ts'
import { findBusybox } from '../prepare/busybox.ts'
import type { Progress } from '../progress.ts'
import { StackError } from '../stack-error.ts'
import { identifyProcess } from '../supervisor/process-identity.ts'
import { removeStackState, type StackPhase, writeStackState } from '../supervisor/stack-state.ts'
import { type ChildExit, type ChildSpec, Supervisor } from '../supervisor/supervisor.ts'
import { compileAgent, type StackChildren, type StackPlan } from './children.ts'
import { endpointOf } from './plan-stack.ts'
import { whyUnhealthy } from './process-health.ts'
import { whyNatsMissing } from './reach-nats.ts'
import {
  createEcsClient,
  type SampleOutcome,
  trySample,
  waitForApi,
  waitForInstance,
} from './sample-service.ts'
import { type WaitPorts, waitUntil } from './wait-until.ts'

/** A process that ended so often before it was of use will not come up by itself. */
const FAILURES_MAX = 3
const LOG_LINES_SHOWN = 15
const NATS_TIMEOUT_MS = 60_000
const JOIN_TOKEN_TIMEOUT_MS = 30_000
const AGENT_TIMEOUT_MS = 60_000

/** What a stack is brought up with. */
export interface BringUpPorts extends WaitPorts {
  readonly random: Random
  readonly progress: Progress
}

/** A step that depends on one process above all. */
interface ProcessStep<T> {
  readonly title: string
  /** Its end ends the step, and its log explains a failure. */
  readonly concerned: ChildSpec
  readonly detail?: (result: T) => string
}

/** A stack whose processes are kept running by this process. */
export class Stack {
  readonly #plan: StackPlan
  readonly #children: StackChildren
  readonly #ports: BringUpPorts
  readonly #supervisor: Supervisor
  #phase: StackPhase = 'starting'
  #writeState: () => void = () => undefined

  constructor(plan: StackPlan, children: StackChildren, ports: BringUpPorts) {
    this.#plan = plan
    this.#children = children
    this.#ports = ports
    this.#supervisor = new Supervisor({
      clock: ports.clock,
      random: ports.random,
      logsFolder: plan.paths.logs,
      onStart: (running) => {
        this.#writeState = () =>
          writeStackState(plan.paths.stackState, {
            phase: this.#phase,
            supervisor: required(identifyProcess(process.pid), 'the identity of this process'),
            children: running,
            endpoint: endpointOf(plan.config),
            region: plan.config.region,
          })
        this.#writeState()
      },
      onExit: (exit) => ports.progress.say(renderExit(exit, this.#supervisor.logPath(exit.name))),
    })
  }

  /**
   * Starts the processes one after the other and proves that they work together. Others see the stack as
   * ready after `onReady` has returned.
   * @param hasSample whether a sample service is run for it
   * @throws {StackError} when something does not come up, with the end of the log that says why.
   */
  async bringUp(hasSample: boolean, onReady: () => void): Promise<void> {
    const { nats, controlPlane, agent } = this.#children
    const { config, credentials, paths, ports } = this.#plan
    const client = createEcsClient({ ...credentials, endpoint: endpointOf(config), region: config.region })
    await this.#step({ title: 'NATS', concerned: nats }, async (wait) => {
      this.#supervisor.start(nats)
      const check = (): Promise<string | undefined> => whyNatsMissing(ports.nats)
      await waitUntil({ goal: 'reach NATS', timeoutMs: NATS_TIMEOUT_MS, check }, wait)
    })
    await this.#step({ title: 'control plane', concerned: controlPlane }, async (wait) => {
      this.#supervisor.start(controlPlane)
      await waitForApi(client, wait)
      const check = async (): Promise<string | undefined> =>
        existsSync(paths.joinToken) ? undefined : `the control plane has not written ${paths.joinToken}`
      await waitUntil({ goal: 'get a join token', timeoutMs: JOIN_TOKEN_TIMEOUT_MS, check }, wait)
    })
    await this.#step({ title: 'agent', concerned: agent }, async (wait) => {
      await compileAgent()
      this.#supervisor.start(agent)
      // The control plane may still count it as connected from before.
      const check = (): Promise<string | undefined> => whyUnhealthy(ports.agentMetrics)
      await waitUntil({ goal: 'connect the agent', timeoutMs: AGENT_TIMEOUT_MS, check }, wait)
      await waitForInstance(client, wait)
    })
    if (hasSample) await this.#trySample(client)
    client.destroy()
    onReady()
    this.#phase = 'ready'
    this.#writeState()
  }

  /** Stops the processes, the last started first; containers keep running. */
  async stop(): Promise<void> {
    await this.#supervisor.stop()
    removeStackState(this.#plan.paths.stackState)
  }

  async #trySample(client: ECSClient): Promise<void> {
    await this.#ports.progress.step('sample image', () => this.#ensureSampleImage())
    const detail = (outcome: SampleOutcome): string =>
      outcome.kind === 'served' ? outcome.url : 'not tried, it is scaled to zero'
    const step = { title: 'sample service', concerned: this.#children.agent, detail }
    await this.#step(step, (wait) => trySample(client, wait))
  }

  #step<T>(step: ProcessStep<T>, work: (wait: WaitPorts) => Promise<T>): Promise<T> {
    const { name } = step.concerned
    const watch = (): void => {
      const count = this.#supervisor.failureCount(name)
      if (count >= FAILURES_MAX)
        throw new StackError(`Cannot start ${step.title}: ${name} ended ${count} times`)
    }
    const explained = async (): Promise<T> => {
      try {
        return await work({ ...this.#ports, watch })
      } catch (error) {
        if (this.#ports.signal.aborted) throw error
        throw new StackError([describe(error), ...this.#explainBy(name)].join('\n'), { cause: error })
      }
    }
    return this.#ports.progress.step(step.title, explained, step.detail)
  }

  /** The end of the logs of the processes that have ended, or else of the one that is concerned. */
  #explainBy(concerned: string): string[] {
    const names = Object.values(this.#children).map((child: ChildSpec) => child.name)
    const ended = names.filter((name) => this.#supervisor.failureCount(name) > 0)
    return (ended.length > 0 ? ended : [concerned]).flatMap((name) => {
      const logPath = this.#supervisor.logPath(name)
      return [`The end of ${logPath}:`, ...lastLines(logPath, LOG_LINES_SHOWN)]
    })
  }

  async #ensureSampleImage(): Promise<void> {
    const { config } = this.#plan
    const busybox = await findBusybox(config.busybox)
    if (busybox === undefined)
      throw new StackError('Cannot build the sample image: a static busybox is missing')
    await ensureBusyboxImage(parseEngineAddress(config.dockerHost), SAMPLE_IMAGE, busybox)
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function renderExit(exit: ChildExit, logPath: string): string {
  const seconds = (exit.restartDelayMs / 1000).toFixed(1)
  return `! ${exit.name} ended (${exit.outcome}) and is started again in ${seconds} s; its log: ${logPath}`
}
